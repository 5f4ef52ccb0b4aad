package uruk.jitlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import uruk.jitlink.aarch64.AArch64;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.Field;
import uruk.jitlink.graph.Formula;
import uruk.jitlink.graph.Relocation;
import uruk.jitlink.graph.Target;
import uruk.jitlink.i386.I386;
import uruk.jitlink.x86_64.X86_64;

/**
 * The reference page of relocations is what the tables say. After a change of a table, {@code
 * -Drelocations.update} writes the page anew.
 */
class RelocationPageTest {
  private static final Path PAGE = Path.of("../docs/reference/relocations.md");
  private static final int NUMBER_LIMIT = 4096;

  private static final String HEAD =
      """
      # Relocations and edge kinds

      A relocation of an object file becomes an edge of the link graph, and an edge a value in memory. This page is printed from the
      tables that the linker itself reads (`RelocationPageTest` compares them). `Target` is the address of the edge's target, `Fixup` the
      place that is written, `Addend` the edge's constant, `GOT` the global offset table, `Page(x)` the beginning of the 4 KiB around x.
      Edge kinds carry LLVM's names. A kind without formula is rewritten by a pass: one that requests a table entry becomes a reference to
      the entry, a thread-local one needs a platform that provides the storage (on AArch64, where nothing runs, it gets what a static link
      of the object alone would give). A value that its field cannot hold is an error that names both, and so is one that is not a multiple
      of what the field needs.
      """;

  @Test
  void pageIsWhatTheTablesSay() throws IOException {
    String expected = page();
    if (System.getProperty("relocations.update") != null) {
      Files.writeString(PAGE, expected);
    }
    assertThat(Files.readString(PAGE))
        .as("run this test with -Drelocations.update and look at the difference")
        .isEqualTo(expected);
  }

  private static String page() {
    StringBuilder page = new StringBuilder(HEAD);
    Stream.<Target>of(X86_64.INSTANCE, I386.INSTANCE, AArch64.LITTLE_ENDIAN)
        .forEach(target -> describe(target, page));
    return page.toString();
  }

  private static void describe(Target target, StringBuilder page) {
    page.append("\n## ").append(target.name()).append("\n\n");
    page.append("| edge kind | value | field |\n|---|---|---|\n");
    target.edgeKinds().kinds().stream()
        .filter(kind -> kind.field().size() > 0)
        .map(RelocationPageTest::line)
        .distinct()
        .forEach(page::append);
    page.append("\n| number | relocation | edge kind |\n|---|---|---|\n");
    for (int number = 0; number < NUMBER_LIMIT; number++) {
      Relocation relocation = target.elfRelocation(number);
      if (relocation != null) {
        page.append(
            "| %d | `%s` | %s |\n".formatted(number, relocation.name(), becomes(relocation)));
      }
    }
  }

  private static String line(EdgeKind kind) {
    String formula = kind.formula() == Formula.NONE ? "" : "`" + kind.formula() + "`";
    return "| `%s` | %s | %s |\n".formatted(kind.llvmName(), formula, field(kind.field()));
  }

  private static String field(Field field) {
    return field.pieces().isEmpty() ? field.toString() : field + ", in an instruction";
  }

  private static String becomes(Relocation relocation) {
    EdgeKind kind = relocation.edgeKind();
    if (relocation.refusal() != null) {
      return "refused: " + relocation.refusal();
    }
    if (kind == null) {
      return "nothing";
    }
    int adjustment = relocation.addendRule().adjustment();
    return "`%s`".formatted(kind.llvmName()) + (adjustment == 0 ? "" : ", addend + " + adjustment);
  }
}
