/**
 * The linking layer: what the session calls units are object files here, and what the linker calls
 * externals are symbols of dylibs.
 *
 * <p>{@link uruk.materialization.ObjectLinkingLayer} adds objects to dylibs and keeps what they
 * cost; generators bring in the process's symbols ({@link uruk.materialization.ProcessSymbols}),
 * shared libraries ({@link uruk.materialization.LibrarySymbols}) and archives ({@link
 * uruk.materialization.StaticLibrary}). Most programs begin with {@link uruk.jit.Jit} instead.
 */
package uruk.materialization;
