/**
 * The one door to native code: calls to addresses, the C library's memory and dynamic-linking
 * functions, and the small ELF images that the process's own dynamic linker loads for us. Nothing
 * outside this package touches {@code java.lang.foreign.Linker} for the linker's own needs.
 *
 * <p>Exported to friends only: it is not an API for users.
 */
package uruk.jitlink.host;
