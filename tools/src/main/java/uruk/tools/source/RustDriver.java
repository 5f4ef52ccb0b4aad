package uruk.tools.source;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.archive.FileFailure;
import uruk.tools.CommandException;

/**
 * The Rust compiler. It only tells its objects and libraries to the linker it calls, so it is given
 * one that does nothing ({@code true}) and asked to print what it told it: the objects of the crate
 * become one, and the libraries ({@code .rlib} files are archives) are linked from where they are.
 *
 * @param options from the command line, such as {@code -Copt-level=2}
 */
record RustDriver(List<String> options) implements CompilerDriver {

  private static final String EDITION = "2021";

  /** A function of that name, or the attribute of a program whose main is C's. */
  private static final Pattern MAIN = Pattern.compile("\\bfn\\s+main\\b|#!\\[no_main]");

  private static final Pattern QUOTED = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

  /**
   * {@return whether a source is no program, but functions that other languages call}
   *
   * @throws CommandException if it cannot be read
   */
  static boolean isLibrary(SourceFile source) {
    try {
      byte[] text = Files.readAllBytes(source.path());
      return !MAIN.matcher(new String(text, StandardCharsets.UTF_8)).find();
    } catch (IOException e) {
      throw new CommandException(
          "%s: cannot be read: %s".formatted(source.path(), FileFailure.reason(e)), e);
    }
  }

  /**
   * {@return the name that rustc would give, without what it refuses: a source may have any name}
   */
  private static String crateName(SourceFile source) {
    String file = String.valueOf(source.path().getFileName());
    String stem = file.endsWith(".rs") ? file.substring(0, file.length() - 3) : file;
    String name = stem.replaceAll("[^\\p{Alnum}_]", "_");
    return name.isEmpty() ? "_" : name;
  }

  @Override
  public List<String> command(Path executable, SourceFile source, ObjectCache.NewEntry entry) {
    Path program = folder(entry).resolve("program");
    List<String> command = new ArrayList<>();
    command.addAll(List.of(executable.toString(), "--edition", EDITION));
    command.addAll(List.of("--crate-name", crateName(source)));
    command.addAll(options);
    // One object for the crate, and one for the allocator's names.
    command.addAll(List.of("-Ccodegen-units=1", "-Csave-temps", "-Clinker=true"));
    command.addAll(List.of("--print", "link-args"));
    command.addAll(List.of("--emit=link,dep-info=" + entry.dependencies()));
    command.addAll(List.of("-o", program.toString(), source.path().toString()));
    createFolder(entry);
    return command;
  }

  private static Path folder(ObjectCache.NewEntry entry) {
    return Path.of(System.getProperty("java.io.tmpdir"), "uruk-" + entry.object().getFileName());
  }

  private static Path linkArguments(ObjectCache.NewEntry entry) {
    return folder(entry).resolve("link-arguments");
  }

  private static void createFolder(ObjectCache.NewEntry entry) {
    try {
      Files.createDirectory(folder(entry));
    } catch (IOException e) {
      throw new CommandException(
          "%s: cannot be created: %s".formatted(folder(entry), FileFailure.reason(e)), e);
    }
  }

  @Override
  public Redirect output(ObjectCache.NewEntry entry) {
    return Redirect.to(linkArguments(entry).toFile());
  }

  @Override
  public byte[] input(SourceFile source) {
    return new byte[0]; // rustc skips a script's first line by itself
  }

  @Override
  public List<Path> finish(SourceFile source, ObjectCache.NewEntry entry) {
    List<String> objects = new ArrayList<>();
    List<Path> libraries = new ArrayList<>();
    for (String word : linkWords(source, entry)) {
      if (word.endsWith(".rcgu.o")) {
        objects.add(word);
      } else if (word.endsWith(".rlib") || word.endsWith(".a")) {
        libraries.add(Path.of(word));
      }
    }
    combine(source, objects, entry.object());
    return libraries;
  }

  private static List<String> linkWords(SourceFile source, ObjectCache.NewEntry entry) {
    try {
      Matcher word = QUOTED.matcher(Files.readString(linkArguments(entry)));
      List<String> words = word.results().map(match -> match.group(1)).toList();
      if (words.stream().noneMatch(argument -> argument.endsWith(".rcgu.o"))) {
        throw new CommandException(
            "%s: rustc did not say what it would link. Rust 1.62 or later is needed."
                .formatted(source.path()));
      }
      return words;
    } catch (IOException e) {
      throw new CommandException(
          "%s: cannot be read: %s".formatted(linkArguments(entry), FileFailure.reason(e)), e);
    }
  }

  private static void combine(SourceFile source, List<String> objects, Path result) {
    List<String> command = new ArrayList<>(List.of("ld", "-r", "-o", result.toString()));
    command.addAll(objects);
    try {
      Process linker =
          new ProcessBuilder(command)
              .redirectInput(Redirect.from(new File("/dev/null")))
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.INHERIT)
              .start();
      if (linker.waitFor() != 0) {
        throw new CommandException(
            "%s: ld -r could not combine the crate's objects, its messages are above"
                .formatted(source.path()));
      }
    } catch (IOException e) {
      throw new CommandException(
          "%s: no 'ld' to combine the crate's objects. Install binutils.".formatted(source.path()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("%s: interrupted".formatted(source.path()), e);
    }
  }

  @Override
  public void cleanUp(ObjectCache.NewEntry entry) {
    try {
      Files.walkFileTree(folder(entry), new Remover());
    } catch (NoSuchFileException _) {
      // It was never made, or is gone already.
    } catch (IOException e) {
      throw new CommandException(
          "%s: cannot be removed: %s".formatted(folder(entry), FileFailure.reason(e)), e);
    }
  }

  /** Removes a folder and what is in it. */
  private static final class Remover extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.delete(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
