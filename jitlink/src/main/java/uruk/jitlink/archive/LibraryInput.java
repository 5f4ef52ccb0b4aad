package uruk.jitlink.archive;

import java.nio.file.Path;

/**
 * A file to link, found by {@link LibrarySearch}.
 *
 * @param path the file
 * @param kind an object, an archive (thin or not) or a shared object: nothing else is ever found
 * @param asNeeded whether a script said {@code AS_NEEDED}: a shared object that need not be loaded
 *     unless a symbol of it is used
 */
public record LibraryInput(Path path, FileKind kind, boolean asNeeded) {}
