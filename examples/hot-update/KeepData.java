import java.lang.invoke.MethodHandles;
import uruk.jit.Jit;
import uruk.materialization.DataPolicy;
import uruk.materialization.LinkedObject;
import uruk.materialization.UpdateException;
import uruk.orc.OrcException;

/** Replaces the code of a counter and keeps what it has counted. */
public final class KeepData {

  /** The counter as Java sees it. */
  public interface Counter {
    /** Counts, and returns the new value. */
    long hit();
  }

  /** Runs the story. */
  public static void main(String[] arguments) throws Exception {
    try (var jit = Jit.builder().errorReporter(Story::expected).create()) {
      LinkedObject object = jit.add(Story.object("counter.c", "-DCOUNT_TYPE=long", "-DSTEP=1"));
      Counter counter = jit.bind(MethodHandles.lookup(), Counter.class);
      counter.hit();
      counter.hit();

      var steps = Story.object("counter.c", "-DCOUNT_TYPE=long", "-DSTEP=10");
      object.replace(steps, DataPolicy.KEEP);
      long kept = counter.hit();
      IO.println("2 hits, then one of the new version's that count 10: " + kept);
      Story.verify(kept == 12, "the value was lost");

      var narrow = Story.object("counter.c", "-DCOUNT_TYPE=int", "-DSTEP=10");
      try {
        object.replace(narrow, DataPolicy.KEEP);
        throw new AssertionError("4 bytes took the place of 8");
      } catch (OrcException | UpdateException refused) {
        IO.println("refused: " + Story.reason(refused));
      }
      Story.verify(counter.hit() == 22, "the refused update has changed something");

      object.replace(steps, DataPolicy.REINITIALISE);
      Story.verify(counter.hit() == 10, "the value was kept");
      IO.println("replaced without keeping, it counts from 0");
    }
  }
}
