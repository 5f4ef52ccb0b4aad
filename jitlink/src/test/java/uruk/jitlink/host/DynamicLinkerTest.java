package uruk.jitlink.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DynamicLinkerTest {
  @Test
  void symbolsOfTheProcessAreFound() {
    long length = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "getpid");

    assertThat(NativeCall.call(length)).isEqualTo(ProcessHandle.current().pid());
    assertThat(DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "no_such_symbol")).isZero();
  }

  @Test
  void aLibraryThatIsNotThereIsNamedWithTheReason() {
    assertThatThrownBy(() -> DynamicLinker.open("/no/such/library.so", DynamicLinker.RTLD_NOW))
        .isInstanceOf(HostException.class)
        .hasMessage(
            "dlopen of /no/such/library.so failed: /no/such/library.so: cannot open shared object"
                + " file: No such file or directory");
  }

  @Test
  void aRefusedMappingSaysItsNumbersAndTheReason() {
    assertThatThrownBy(
            () -> Libc.mmap(0, 1L << 60, 0, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0))
        .isInstanceOf(HostException.class)
        .hasMessageStartingWith(
            "mmap of 1152921504606846976 bytes at 0x0 failed: Cannot allocate memory (errno 12).")
        .hasMessageContaining("vm.max_map_count")
        .satisfies(failure -> assertThat(((HostException) failure).errno()).isEqualTo(12));
  }
}
