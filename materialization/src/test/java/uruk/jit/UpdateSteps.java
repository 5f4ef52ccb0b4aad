package uruk.jit;

import static org.assertj.core.api.Assertions.assertThat;

import uruk.jitlink.graph.MemProt;
import uruk.materialization.LinkedObject;

/** What tests of updates have in common. */
final class UpdateSteps {
  private UpdateSteps() {}

  /** Frees a replaced version's code, unless the thread that tries by itself was quicker. */
  static void freeCode(Jit jit, LinkedObject version) {
    var _ = jit.objects().reclaim();

    assertThat(version.segments()).noneMatch(range -> range.memProt() == MemProt.READ_EXEC);
  }
}
