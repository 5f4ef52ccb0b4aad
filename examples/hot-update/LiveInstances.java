import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.List;
import uruk.jit.Jit;
import uruk.jit.NativeSymbol;
import uruk.materialization.LibrarySymbols;
import uruk.materialization.LinkedObject;

/** Gives a method of a C++ class a new body while instances of the class live. */
public final class LiveInstances {

  /** The shapes as Java sees them. */
  public interface Shapes {
    /** Makes a square. */
    @NativeSymbol("create_square")
    MemorySegment createSquare(double side);

    /** Calls the shape's method. */
    double area(MemorySegment shape);

    /** Deletes a shape. */
    void destroy(MemorySegment shape);
  }

  /** Runs the story. */
  public static void main(String[] arguments) throws Exception {
    try (var jit = Jit.create()) {
      jit.main().addGenerator(LibrarySymbols.open("libstdc++.so.6"));
      LinkedObject square = jit.add(Story.object("square.cpp", "-DBODY=side"));
      jit.add(Story.object("shapes.cpp"));
      Shapes shapes = jit.bind(MethodHandles.lookup(), Shapes.class);
      MemorySegment old = shapes.createSquare(3);
      Story.verify(shapes.area(old) == 3, "the first body gives the side");

      square.replace(Story.object("square.cpp", "-DBODY=side*side"));
      IO.println("an instance that lived before: " + shapes.area(old));
      Story.verify(shapes.area(old) == 9, "the instance still runs the old body");
      MemorySegment young = shapes.createSquare(4);
      IO.println("an instance made since: " + shapes.area(young));
      Story.verify(shapes.area(young) == 16, "a new instance runs the old body");

      for (MemorySegment each : List.of(old, young)) {
        shapes.destroy(each);
      }
    }
  }
}
