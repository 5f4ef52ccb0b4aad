package uruk.jitlink.elf;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Set;
import uruk.jitlink.JITLinker;
import uruk.jitlink.LinkException;
import uruk.jitlink.LinkFailedException;
import uruk.jitlink.ObjectFile.ReadOption;
import uruk.jitlink.Targets;

/** Whatever bytes a fuzzer finds: a result, or an error of ours. */
class ElfFuzzTest {
  private static ElfObject object(byte[] bytes) {
    return ElfObject.of("fuzzed.o", ByteBuffer.wrap(bytes), Targets.standard());
  }

  @FuzzTest(maxDuration = "30m")
  void objectIsReadOrRefused(byte[] bytes) {
    try {
      ElfObject object = object(bytes);
      object.symbols();
      object.listing();
      object.linkGraph(Set.of(ReadOption.NON_ALLOC_SECTIONS));
    } catch (LinkException refused) {
      assertThat(refused).hasMessageContaining("fuzzed.o");
    }
  }

  @FuzzTest(maxDuration = "30m")
  void objectIsLinkedOrRefused(byte[] bytes) {
    PretendedLink link = new PretendedLink();
    try {
      JITLinker.link(object(bytes).linkGraph(), link);
    } catch (LinkException refused) {
      assertThat(refused).hasMessageContaining("fuzzed.o");
    }
    if (link.failure() instanceof LinkFailedException broken) {
      throw new AssertionError("a pass threw what is no error of ours", broken);
    }
  }
}
