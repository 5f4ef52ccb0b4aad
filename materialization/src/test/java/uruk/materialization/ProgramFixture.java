package uruk.materialization;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.io.TempDir;
import uruk.jit.Jit;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.host.NativeCall;
import uruk.orc.JITDylib;

/** A facade to which programs are added that are linked as one object. */
abstract class ProgramFixture {
  static final String SECTIONS = "-ffunction-sections";

  @TempDir Path folder;
  @AutoClose final Jit jit = Jit.create();
  final JITDylib main = jit.main();

  static ObjectFile c(String name, String source, String... options) {
    return Compiler.c(name, source, options);
  }

  Path member(String name, String source, String... options) throws IOException {
    return Files.write(
        folder.resolve(name + ".o"), Compiler.bytes("gcc", name + ".c", source, options));
  }

  void library(String name, Path... members) throws IOException {
    Path archive = folder.resolve(name);
    List<String> command = new ArrayList<>(List.of("ar", "rcs", archive.toString()));
    List.of(members).forEach(member -> command.add(member.toString()));
    Compiler.run(command);
    jit.addArchive(archive);
  }

  LinkedObject add(String root, ObjectFile... files) {
    return jit.addProgram(List.of(files), Set.of(root));
  }

  int call(String function) {
    long address = jit.session().lookup(main, function).address();
    jit.initialize();
    return (int) NativeCall.call(address);
  }
}
