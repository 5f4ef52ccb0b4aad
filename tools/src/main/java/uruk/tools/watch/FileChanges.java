package uruk.tools.watch;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import uruk.tools.CommandException;

/**
 * Says which files have been written or deleted. Folders are watched and not files, because editors
 * and compilers put a new file into the place of the old one. For use by one thread.
 *
 * <p>What happens in those folders to other files, such as a log that the program writes, does not
 * matter. A folder that is removed, or in whose place another one is put, as by a version control
 * system, is watched again as soon as it is there: the kernel tells of the old one only, so that it
 * is looked at now and then.
 */
final class FileChanges implements AutoCloseable {

  /** How long nothing must happen before a change counts as complete. */
  private static final long QUIET_MILLISECONDS = 50;

  /** How often folders are compared with those that are watched. */
  private static final long LOOK_MILLISECONDS = 500;

  /** The kernel stamps files with the time of the clock's last tick. */
  private static final Duration CLOCK_TICK = Duration.ofMillis(10);

  private final WatchService service;
  private final Map<Path, Folder> folders = new HashMap<>();
  private final Map<Path, Path> files = new HashMap<>();
  private final Set<Path> changed = new HashSet<>();

  /**
   * A folder that is watched.
   *
   * @param identity tells it from another one at its place; null if there was none
   */
  private record Folder(@Nullable WatchKey key, @Nullable Object identity) {}

  FileChanges() {
    try {
      service = FileSystems.getDefault().newWatchService();
    } catch (IOException e) {
      throw new CommandException(
          "files cannot be watched; raise fs.inotify.max_user_instances with sysctl", e);
    }
  }

  /**
   * Watches files from now on; what is watched already stays.
   *
   * @param since files that are new to this and were written from then on count as changed
   */
  void watch(Collection<Path> more, Instant since) {
    for (Path file : more) {
      Path typed = file.toAbsolutePath().normalize();
      boolean added = watch(typed, typed);
      if (Files.isSymbolicLink(typed)) {
        added |= watch(real(typed), typed);
      }
      if (added && isWrittenSince(typed, since)) {
        changed.add(typed);
      }
    }
  }

  private static boolean isWrittenSince(Path file, Instant since) {
    try {
      Instant written = Files.getLastModifiedTime(file).toInstant();
      return !written.plus(CLOCK_TICK).isBefore(since);
    } catch (IOException gone) {
      return true;
    }
  }

  /** {@return whether the file is new to this} */
  private boolean watch(Path place, Path file) {
    Path folder = place.getParent();
    if (folder != null && !folders.containsKey(folder)) {
      folders.put(folder, open(folder));
    }
    return files.putIfAbsent(place, file) == null;
  }

  private Folder open(Path folder) {
    Object identity = identity(folder);
    try {
      WatchKey key =
          folder.register(
              service,
              StandardWatchEventKinds.ENTRY_CREATE,
              StandardWatchEventKinds.ENTRY_MODIFY,
              StandardWatchEventKinds.ENTRY_DELETE);
      return new Folder(key, identity);
    } catch (NoSuchFileException | NotDirectoryException gone) {
      return new Folder(null, null);
    } catch (IOException e) {
      throw new CommandException(folder + ": cannot be watched", e);
    }
  }

  private static @Nullable Object identity(Path folder) {
    try {
      return Files.readAttributes(folder, BasicFileAttributes.class).fileKey();
    } catch (IOException gone) {
      return null;
    }
  }

  private static Path real(Path link) {
    try {
      return link.toRealPath();
    } catch (IOException _) {
      return link; // it leads nowhere yet
    }
  }

  /**
   * Waits until watched files were written or deleted, and left alone again.
   *
   * @return the files, as absolute paths
   * @throws InterruptedException if the thread is interrupted, or this was closed
   */
  Set<Path> await() throws InterruptedException {
    try {
      while (changed.isEmpty()) {
        collect(service.poll(LOOK_MILLISECONDS, TimeUnit.MILLISECONDS));
        lookAtFolders();
      }
      long quiet = TimeUnit.MILLISECONDS.toNanos(QUIET_MILLISECONDS);
      long end = System.nanoTime() + quiet;
      for (long left = quiet; left > 0; left = end - System.nanoTime()) {
        if (collect(service.poll(left, TimeUnit.NANOSECONDS))) {
          end = System.nanoTime() + quiet;
        }
      }
    } catch (ClosedWatchServiceException _) {
      throw new InterruptedException("closed");
    }
    Set<Path> complete = Set.copyOf(changed);
    changed.clear();
    return complete;
  }

  /** {@return whether anything happened to a watched file} */
  private boolean collect(@Nullable WatchKey key) {
    if (key == null) {
      return false;
    }
    boolean concerned = false;
    for (WatchEvent<?> event : key.pollEvents()) {
      if (event.kind().equals(StandardWatchEventKinds.OVERFLOW)) {
        concerned |= changed.addAll(files.values()); // some were lost: look at all
      } else if (event.context() instanceof Path name && key.watchable() instanceof Path folder) {
        Path file = files.get(folder.resolve(name));
        if (file != null) {
          changed.add(file);
          concerned = true;
        }
      }
    }
    key.reset();
    return concerned;
  }

  private void lookAtFolders() {
    for (Map.Entry<Path, Folder> entry : folders.entrySet()) {
      Folder watched = entry.getValue();
      if (!isCurrent(entry.getKey(), watched)) {
        // Of a folder that was moved away nothing is told, of one that was emptied all files are.
        WatchKey key = watched.key();
        boolean moved = key != null && key.isValid();
        if (key != null) {
          key.cancel();
        }
        Folder another = reopen(entry.getKey());
        entry.setValue(another);
        if (moved || another.key() != null) {
          addFilesOf(entry.getKey());
        }
      }
    }
  }

  private Folder reopen(Path folder) {
    try {
      return open(folder);
    } catch (CommandException refused) {
      return new Folder(null, null); // It may be readable the next time.
    }
  }

  private void addFilesOf(Path folder) {
    files.forEach((place, file) -> {
      if (folder.equals(place.getParent())) {
        changed.add(file);
      }
    });
  }

  /** A key is invalid once its folder is gone; another folder may get the same number. */
  private static boolean isCurrent(Path folder, Folder watched) {
    WatchKey key = watched.key();
    return Objects.equals(identity(folder), watched.identity()) && (key == null || key.isValid());
  }

  @Override
  public void close() {
    try {
      service.close();
    } catch (IOException e) {
      throw new CommandException("the watch of files cannot be ended", e);
    }
  }
}
