/**
 * Archives of object files, and how a linker finds them.
 *
 * <p>{@link uruk.jitlink.archive.Archive} reads GNU, thin and BSD archives: headers and symbol
 * index when asked, a member's bytes only when that member is wanted. {@link
 * uruk.jitlink.archive.LinkerScript} reads the small ld scripts that stand in for libraries ({@code
 * libc.so}), {@link uruk.jitlink.archive.LibrarySearch} turns {@code -lX} into files, and {@link
 * uruk.jitlink.archive.FileKind} says what a file is from its first bytes.
 *
 * <p>Nothing here knows an object format: where an archive has no symbol index, a {@link
 * uruk.jitlink.archive.SymbolScanner} given by the caller looks into the members.
 *
 * <p>The format has no standard. The sources used are {@code ar(5)} of the BSDs, {@code <ar.h>},
 * the System V ABI (chapter 7, Archive File) and the files that GNU {@code ar} and {@code llvm-ar}
 * write.
 */
package uruk.jitlink.archive;
