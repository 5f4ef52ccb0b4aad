package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RulesTest {
  private static final Pattern NUMBER = Pattern.compile("\\*\\*(B\\d+\\.\\d+)\\*\\*");

  @Test
  void everyRuleHasATestAndEveryTestNamesARule() throws Exception {
    assertThat(tested()).isEqualTo(written()).hasSizeGreaterThan(70);
  }

  private static Set<String> written() throws IOException {
    String text =
        Files.readString(
            Path.of(System.getProperty("uruk.root"), "docs", "reference", "session-rules.md"));
    return NUMBER
        .matcher(text)
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> tested() throws IOException, URISyntaxException {
    Path classes =
        Path.of(RulesTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.list(classes.resolve("uruk").resolve("orc"))) {
      List<String> names = files.map(file -> file.getFileName().toString()).toList();
      return names.stream()
          .filter(name -> name.endsWith("Test.class"))
          .flatMap(RulesTest::methods)
          .filter(method -> method.isAnnotationPresent(Rule.class))
          .flatMap(method -> Arrays.stream(method.getAnnotation(Rule.class).value()))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static Stream<Method> methods(String file) {
    try {
      String name = "uruk.orc." + file.substring(0, file.length() - ".class".length());
      return Arrays.stream(Class.forName(name).getDeclaredMethods());
    } catch (ClassNotFoundException missing) {
      throw new AssertionError(missing);
    }
  }
}
