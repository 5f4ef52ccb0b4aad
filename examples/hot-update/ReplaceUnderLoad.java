import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import uruk.jit.Jit;
import uruk.jitlink.ObjectFile;
import uruk.materialization.LinkedObject;

/** Replaces the handler of a server 1,000 times while four threads are calling it. */
public final class ReplaceUnderLoad {
  private static final int THREADS = 4;
  private static final int UPDATES = 1_000;
  private static final int NUMBER_IN_OBJECT = 0x01020304;

  private static final StructLayout TALLY =
      MemoryLayout.structLayout(
          ValueLayout.JAVA_LONG.withName("calls"),
          ValueLayout.JAVA_LONG.withName("straddling"),
          ValueLayout.JAVA_LONG.withName("wrong"),
          ValueLayout.JAVA_LONG.withName("backwards"));

  /** The server as Java sees it. */
  public interface Server {
    /** Calls the handler until {@code *stop} is not 0. */
    void serve(MemorySegment stop, MemorySegment tally);
  }

  /** Runs the story. */
  public static void main(String[] arguments) throws Exception {
    byte[] handlerObject = Story.compile("handler.c");
    try (var jit = Jit.create();
        var threads = Executors.newFixedThreadPool(THREADS);
        var arena = Arena.ofShared()) {
      LinkedObject handler = jit.add(version(handlerObject, 0));
      jit.add(Story.object("server.c"));
      Server server = jit.bind(MethodHandles.lookup(), Server.class);

      MemorySegment stop = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment tallies = arena.allocate(TALLY, THREADS);
      List<Future<?>> serving = new ArrayList<>();
      tallies
          .elements(TALLY)
          .forEach(tally -> serving.add(threads.submit(() -> server.serve(stop, tally))));
      for (int update = 1; update <= UPDATES; update++) {
        handler.replace(version(handlerObject, update));
      }
      stop.set(ValueLayout.JAVA_INT, 0, 1);
      for (Future<?> each : serving) {
        each.get();
      }

      IO.println(UPDATES + " updates under " + THREADS + " threads");
      Story.verify(sum(tallies, "calls") > UPDATES, "hardly any calls were made");
      Story.verify(sum(tallies, "straddling") > 0, "no call was under way during an update");
      Story.verify(sum(tallies, "wrong") == 0, "wrong answers: " + sum(tallies, "wrong"));
      Story.verify(sum(tallies, "backwards") == 0, "old versions: " + sum(tallies, "backwards"));
      IO.println("calls that straddled an update: some; wrong or outdated answers: none");
    }
  }

  /** Makes a version of the handler, which computes what its number says. */
  private static ObjectFile version(byte[] object, int number) {
    byte[] content = object.clone();
    ByteBuffer words = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    int place = 0;
    while (words.getInt(place) != NUMBER_IN_OBJECT) {
      place++;
    }
    words.putInt(place, number);
    return ObjectFile.of("handler.c", content);
  }

  private static long sum(MemorySegment tallies, String field) {
    var value = TALLY.varHandle(PathElement.groupElement(field));
    return tallies.elements(TALLY).mapToLong(tally -> (long) value.get(tally, 0L)).sum();
  }
}
