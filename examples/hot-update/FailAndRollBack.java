import java.lang.invoke.MethodHandles;
import uruk.jit.Jit;
import uruk.materialization.LinkedObject;
import uruk.materialization.Replacement;
import uruk.materialization.UpdateException;
import uruk.orc.OrcException;

/** Updates that cannot be made change nothing, and one that was made is taken back. */
public final class FailAndRollBack {

  /** The shop as Java sees it. */
  public interface Shop {
    /** The sum to pay. */
    int bill(int apples, int pears);
  }

  /** Runs the story. */
  public static void main(String[] arguments) throws Exception {
    try (var jit = Jit.builder().errorReporter(Story::expected).create()) {
      LinkedObject price = jit.add(Story.object("price.c", "-DFACTOR=10"));
      jit.add(Story.object("shop.c"));
      Shop shop = jit.bind(MethodHandles.lookup(), Shop.class);
      Story.verify(shop.bill(1, 2) == 50, "the first version");

      for (String mistake : new String[] {"-DMISTAKE=1", "-DMISTAKE=2"}) {
        try {
          price.replace(Story.object("price.c", mistake));
          throw new AssertionError("the update was made");
        } catch (OrcException | UpdateException refused) {
          IO.println("refused: " + Story.reason(refused));
        }
        Story.verify(shop.bill(1, 2) == 50, "the refused update has changed something");
      }

      Replacement dearer = price.replace(Story.object("price.c", "-DFACTOR=11"));
      Story.verify(shop.bill(1, 2) == 55, "the second version");
      dearer.rollBack();
      Story.verify(shop.bill(1, 2) == 50, "rolled back");
      IO.println("made, and rolled back: generation " + price.current().generation() + " runs");
    }
  }
}
