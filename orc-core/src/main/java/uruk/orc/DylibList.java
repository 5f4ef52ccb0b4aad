package uruk.orc;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The open dylibs of a session, by name, until the session is closed. */
final class DylibList {
  private final ExecutionSession session;
  private volatile boolean closed;

  // Guarded by the session lock; in order of creation.
  private final Map<String, JITDylib> dylibs = new LinkedHashMap<>();

  DylibList(ExecutionSession session) {
    this.session = session;
  }

  /** See {@link ExecutionSession#createBareJITDylib}. */
  JITDylib create(String name) {
    Objects.requireNonNull(name);
    return session.locked(() -> {
      if (closed) {
        throw new SessionClosedException();
      }
      if (dylibs.containsKey(name)) {
        throw new IllegalArgumentException(
            "The session has a JITDylib \"%s\" already".formatted(name));
      }
      JITDylib dylib = new JITDylib(session, name, null);
      dylibs.put(name, dylib);
      return dylib;
    });
  }

  Optional<JITDylib> find(String name) {
    return session.locked(() -> Optional.ofNullable(dylibs.get(name)));
  }

  /** {@return the dylibs in order of creation: a copy} */
  List<JITDylib> all() {
    return session.locked(() -> List.copyOf(dylibs.values()));
  }

  /** Drops a dylib. Called under the session lock. */
  void forget(JITDylib dylib) {
    dylibs.remove(dylib.name(), dylib);
  }

  /** {@return the dylibs that are left, of which there will be no more; null if that was so} */
  @Nullable List<JITDylib> close() {
    return session.locked(() -> {
      if (closed) {
        return null;
      }
      closed = true;
      return List.copyOf(dylibs.values());
    });
  }

  boolean isClosed() {
    return closed;
  }
}
