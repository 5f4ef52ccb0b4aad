package uruk.tools.source;

import com.google.common.primitives.Bytes;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import uruk.jitlink.archive.FileFailure;
import uruk.tools.CommandException;

/**
 * Compilers with the options of {@code cc}: gcc, clang, and others in their likeness.
 *
 * @param options from the command line, such as {@code -O2}
 */
record CDriver(List<String> options) implements CompilerDriver {

  @Override
  public List<String> command(Path executable, SourceFile source, ObjectCache.NewEntry entry) {
    List<String> command = new ArrayList<>();
    command.add(executable.toString());
    command.addAll(options);
    command.addAll(List.of("-MD", "-MF", entry.dependencies().toString()));
    command.addAll(List.of("-c", "-o", entry.object().toString()));
    if (source.script()) {
      Path folder = Objects.requireNonNull(source.path().toAbsolutePath().getParent());
      command.addAll(List.of("-iquote", folder.toString()));
      command.addAll(List.of("-x", source.language().driverName(), "-"));
    } else {
      command.add(source.path().toString());
    }
    return command;
  }

  @Override
  public Redirect output(ObjectCache.NewEntry entry) {
    return Redirect.DISCARD;
  }

  /** A script's first line gives way to a line marker, so that messages have the file's lines. */
  @Override
  public byte[] input(SourceFile source) {
    if (!source.script()) {
      return new byte[0];
    }
    try {
      byte[] text = Files.readAllBytes(source.path());
      int end = Bytes.indexOf(text, (byte) '\n');
      byte[] rest = end < 0 ? new byte[0] : Arrays.copyOfRange(text, end + 1, text.length);
      return Bytes.concat(lineMarker(source).getBytes(StandardCharsets.UTF_8), rest);
    } catch (IOException e) {
      throw new CommandException(
          "%s: cannot be read: %s".formatted(source.path(), FileFailure.reason(e)), e);
    }
  }

  private static String lineMarker(SourceFile source) {
    String name = source.path().toString().replace("\\", "\\\\").replace("\"", "\\\"");
    return "# 2 \"" + name + "\"\n";
  }

  @Override
  public List<Path> finish(SourceFile source, ObjectCache.NewEntry entry) {
    return List.of();
  }

  @Override
  public void cleanUp(ObjectCache.NewEntry entry) {
    // The object and the dependencies are the entry's.
  }
}
