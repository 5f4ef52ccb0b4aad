package uruk.jitlink.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import uruk.jitlink.host.AddressReserve.Placement;

class AddressReserveTest {
  @Test
  void reserveIsAModuleInReachOfTheCLibrary() throws IOException {
    long size = 64L << 20;
    AddressReserve reserve =
        AddressReserve.open("uruk-test", size, 0, 4096, 0, Placement.NEAR_LIBRARIES);

    assertThat(reserve.base() % Libc.pageSize()).isZero();
    long distance = DynamicLinker.systemFunction("mmap") - reserve.base();
    assertThat(Math.abs(distance)).isLessThan(1L << 31);
    String mapping =
        Long.toHexString(reserve.base()) + "-" + Long.toHexString(reserve.base() + size) + " ---p";
    assertThat(Files.readString(Path.of("/proc/self/maps"))).contains(mapping);
  }

  @Test
  void lowReserveIsAModuleBelowTwoGibibytes() throws IOException {
    long size = 176L << 20;
    AddressReserve reserve = AddressReserve.open("uruk-test-low", size, 0, 4096, 0, Placement.LOW);

    assertThat(reserve.base() + size).isLessThanOrEqualTo(1L << 31);
    String mapping =
        Long.toHexString(reserve.base()) + "-" + Long.toHexString(reserve.base() + size) + " ---p";
    assertThat(Files.readString(Path.of("/proc/self/maps"))).contains(mapping);
  }

  @Test
  void lowRoomThatIsNotThereIsRefusedWithAHint() {
    assertThatThrownBy(
            () -> AddressReserve.open("uruk-test-huge", 3L << 30, 0, 4096, 0, Placement.LOW))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("-fPIE");
  }
}
