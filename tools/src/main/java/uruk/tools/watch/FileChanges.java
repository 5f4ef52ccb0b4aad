package uruk.tools.watch;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import uruk.tools.CommandException;

/**
 * Says which files have been written or deleted. Folders are watched and not files, because editors
 * and compilers put a new file into the place of the old one. For use by one thread.
 */
final class FileChanges implements AutoCloseable {

  /** How long nothing must happen before a change counts as complete. */
  private static final long QUIET_MILLISECONDS = 50;

  private final WatchService service;
  private final Map<Path, WatchKey> folders = new HashMap<>();
  private final Map<Path, Path> files = new HashMap<>();

  FileChanges() {
    try {
      service = FileSystems.getDefault().newWatchService();
    } catch (IOException e) {
      throw new CommandException(
          "files cannot be watched; raise fs.inotify.max_user_instances with sysctl", e);
    }
  }

  /** Watches files from now on; what is watched already stays. */
  void watch(Collection<Path> more) {
    for (Path file : more) {
      Path typed = file.toAbsolutePath().normalize();
      watch(typed, typed);
      if (Files.isSymbolicLink(typed)) {
        watch(real(typed), typed);
      }
    }
  }

  private void watch(Path place, Path file) {
    files.putIfAbsent(place, file);
    Path folder = place.getParent();
    if (folder != null && !folders.containsKey(folder)) {
      try {
        WatchKey key =
            folder.register(
                service,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_MODIFY,
                StandardWatchEventKinds.ENTRY_DELETE);
        folders.put(folder, key);
      } catch (IOException e) {
        throw new CommandException(folder + ": cannot be watched", e);
      }
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
    Set<Path> changed = new HashSet<>();
    try {
      while (changed.isEmpty()) {
        collect(service.take(), changed);
      }
      WatchKey next = service.poll(QUIET_MILLISECONDS, TimeUnit.MILLISECONDS);
      while (next != null) {
        collect(next, changed);
        next = service.poll(QUIET_MILLISECONDS, TimeUnit.MILLISECONDS);
      }
    } catch (ClosedWatchServiceException _) {
      throw new InterruptedException("closed");
    }
    return changed;
  }

  private void collect(WatchKey key, Set<Path> changed) {
    for (WatchEvent<?> event : key.pollEvents()) {
      if (event.kind().equals(StandardWatchEventKinds.OVERFLOW)) {
        changed.addAll(files.values()); // some were lost: look at all
      } else if (event.context() instanceof Path name && key.watchable() instanceof Path folder) {
        Path file = files.get(folder.resolve(name));
        if (file != null) {
          changed.add(file);
        }
      }
    }
    key.reset();
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
