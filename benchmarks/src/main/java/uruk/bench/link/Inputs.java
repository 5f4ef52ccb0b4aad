package uruk.bench.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import uruk.jitlink.archive.Archive;
import uruk.jitlink.archive.ArchiveMember;

/**
 * Makes the inputs of the benchmarks and keeps them in a folder of the user's cache: from SQLite's
 * source, from our own generated assembly, and from archives that are installed.
 */
final class Inputs {
  private final Path root;
  private final Path cache;

  /**
   * @param root the repository
   * @param cache where the inputs are kept
   */
  private Inputs(Path root, Path cache) {
    this.root = root;
    this.cache = cache;
  }

  /** {@return the inputs of the JVM that benchmarks/run starts, and of those that JMH starts} */
  static Inputs ofProperties() {
    return new Inputs(
        Path.of(System.getProperty("uruk.root")), Path.of(System.getProperty("uruk.cache")));
  }

  /** Makes what a workload consists of. */
  @FunctionalInterface
  private interface Maker {
    void make(Path pack, Path symbols) throws IOException;
  }

  private Workload cached(String name, Maker maker) {
    try {
      Files.createDirectories(cache);
      Path pack = cache.resolve(name + ".pack");
      Path symbols = cache.resolve(name + ".symbols");
      if (!Files.exists(pack)) {
        maker.make(pack, symbols);
      }
      return Workload.read(pack, symbols);
    } catch (IOException failure) {
      throw new IllegalStateException("input " + name + " cannot be made: " + failure, failure);
    }
  }

  /** SQLite's amalgamation as one object. */
  Workload sqlite(String name, String... options) {
    return cached(
        name,
        (pack, symbols) -> {
          String folder =
              Command.output(root.resolve("scripts/sqlite-amalgamation").toString()).strip();
          Path object = cache.resolve(name + ".o");
          List<String> command = new ArrayList<>(List.of("gcc", "-O2", "-fPIC"));
          command.addAll(List.of(options));
          command.addAll(List.of("-c", folder + "/sqlite3.c", "-o", object.toString()));
          Command.run(command);
          Workload.write(
              pack, symbols, List.of(Files.readAllBytes(object)), List.of("sqlite3_open"));
        });
  }

  /** {@return SQLite's amalgamation as one object for another machine, compiled by clang} */
  byte[] foreignSqlite(String triple) {
    Path object = cache.resolve("sqlite-" + triple + ".o");
    try {
      if (!Files.exists(object)) {
        String folder =
            Command.output(root.resolve("scripts/sqlite-amalgamation").toString()).strip();
        String headers =
            triple.startsWith("aarch64")
                ? "/usr/aarch64-linux-gnu/include"
                : "/usr/include/x86_64-linux-gnu";
        Path unfinished = cache.resolve("sqlite-" + triple + ".unfinished");
        Command.run(
            List.of(
                "clang-22",
                "--target=" + triple,
                "-isystem",
                headers,
                "-w",
                "-O2",
                "-fPIC",
                "-c",
                folder + "/sqlite3.c",
                "-o",
                unfinished.toString()));
        Files.move(unfinished, object);
      }
      return Files.readAllBytes(object);
    } catch (IOException failure) {
      throw new IllegalStateException("SQLite cannot be compiled: " + failure, failure);
    }
  }

  /** One generated object. */
  Workload assembled(String name, String source, String symbol) {
    return cached(
        name,
        (pack, symbols) ->
            Workload.write(pack, symbols, List.of(assemble(name, source)), List.of(symbol)));
  }

  /** Objects each of which calls the next one's function; the last calls nobody. */
  Workload chain(int count) {
    return cached(
        "chain-" + count,
        (pack, symbols) -> {
          byte[] link =
              assemble(
                  "chain-link",
                  AssemblySources.chained(AssemblySources.OWN_NAME, AssemblySources.OTHER_NAME));
          byte[] end = assemble("chain-end", AssemblySources.tiny(AssemblySources.OWN_NAME));
          List<byte[]> objects = new ArrayList<>(count);
          for (int i = 0; i < count; i++) {
            objects.add(
                Templates.instantiate(
                    i + 1 < count ? link : end, Templates.name(i), Templates.name(i + 1)));
          }
          Workload.write(pack, symbols, objects, List.of(Templates.name(0)));
        });
  }

  /** Every object of an archive that has no thread-local variables, and every name it defines. */
  Workload archive(String name, Path archive) {
    return cached(
        name,
        (pack, symbols) -> {
          List<byte[]> objects = new ArrayList<>();
          ArchiveSymbols defined = new ArchiveSymbols();
          try (Archive opened = Archive.open(archive)) {
            for (ArchiveMember member : opened.members()) {
              defined.addIfLinkable(member.name(), member.bytes(), objects);
            }
          }
          Workload.write(pack, symbols, objects, defined.names());
        });
  }

  /** {@return a generated object's bytes} */
  byte[] assemble(String name, String source) throws IOException {
    Files.createDirectories(cache);
    Path assembly = Files.writeString(cache.resolve(name + ".s"), source, UTF_8);
    Path object = cache.resolve(name + ".o");
    Command.run(List.of("as", assembly.toString(), "-o", object.toString()));
    Files.delete(assembly);
    return Files.readAllBytes(object);
  }
}
