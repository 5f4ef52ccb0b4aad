package uruk.jitlink.host;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import uruk.jitlink.host.ThreadLocalModule.Access;

final class ThreadLocalModuleTest {
  private static final long TLS_GET_ADDR = DynamicLinker.symbol(0, "__tls_get_addr");

  @Test
  void everyThreadHasItsOwnCopyOfTheImage() throws Exception {
    byte[] image = {1, 2, 3, 4, 5};
    try (ThreadLocalModule module =
        ThreadLocalModule.open("copies", image, 64, 32, Access.DYNAMIC)) {
      MemorySegment here = copy(module, 64);
      here.set(JAVA_BYTE, 0, (byte) 9);
      FutureTask<byte[]> there = new FutureTask<>(() -> copy(module, 64).toArray(JAVA_BYTE));
      Thread.ofPlatform().start(there).join();

      assertThat(there.get()).startsWith(1, 2, 3, 4, 5, 0, 0, 0).hasSize(64);
      assertThat(here.get(JAVA_BYTE, 0)).isEqualTo((byte) 9);
      assertThat(here.address() % 32).isZero();
    }
  }

  @Test
  void aFixedOffsetLeadsToTheSameCopy() {
    byte[] image = {7};
    try (ThreadLocalModule module = ThreadLocalModule.open("fixed", image, 16, 16, Access.FIXED)) {
      assertThat(module.threadPointerOffset()).isNegative();
      assertThat(copy(module, 16).get(JAVA_BYTE, 0)).isEqualTo((byte) 7);
    }
  }

  @Test
  void aDescriptorIsGivenWhereItWasAskedFor() {
    try (ThreadLocalModule module =
        ThreadLocalModule.open("described", new byte[0], 16, 8, Access.DESCRIPTOR)) {
      assertThat(module.descriptorFunction()).isNotZero();
      assertThatThrownBy(module::threadPointerOffset).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aViewGivesAModuleThatNobodyHasTouchedAFixedOffset() throws Exception {
    byte[] image = {7};
    try (ThreadLocalModule module =
            ThreadLocalModule.open("viewed", image, 16, 16, Access.DYNAMIC);
        ThreadLocalModule view = module.view(Access.FIXED)) {
      assertThat(view.id()).isEqualTo(module.id());
      assertThat(view.threadPointerOffset()).isNegative();
      assertThat(copy(module, 16).get(JAVA_BYTE, 0)).isEqualTo((byte) 7);
      FutureTask<Long> there = new FutureTask<>(() -> copy(module, 16).address());
      Thread.ofPlatform().start(there).join();
      long distance = there.get() - view.threadPointerOffset();
      assertThat(distance % 16).as("of a thread pointer").isZero();
    }
  }

  @Test
  void aViewRefusesAModuleWhoseCopiesLieAnywhere() {
    try (ThreadLocalModule module =
        ThreadLocalModule.open("touched", new byte[0], 16, 16, Access.DYNAMIC)) {
      copy(module, 16);

      assertThatThrownBy(() -> module.view(Access.FIXED))
          .isInstanceOf(HostException.class)
          .hasMessageContaining("static TLS block");
      assertThat(module.view(Access.DESCRIPTOR).descriptorFunction()).isNotZero();
    }
  }

  @Test
  void aModuleIsUnloadedWithTheLastOfItsViews() {
    ThreadLocalModule module =
        ThreadLocalModule.open("shared", new byte[0], 16, 16, Access.DYNAMIC);
    ThreadLocalModule view = module.view(Access.DYNAMIC);
    long id = module.id();

    module.close();
    assertThatThrownBy(() -> view.view(Access.DYNAMIC)).isInstanceOf(IllegalStateException.class);
    view.close();

    assertThatThrownBy(() -> module.view(Access.DYNAMIC)).isInstanceOf(IllegalStateException.class);
    try (ThreadLocalModule next =
        ThreadLocalModule.open("next", new byte[0], 16, 16, Access.DYNAMIC)) {
      assertThat(next.id()).as("the number is free again").isEqualTo(id);
    }
  }

  @Test
  void aVariableThatNoModuleHasIsRefused() {
    assertThatThrownBy(() -> ThreadLocalModule.ofProcess("no_such_variable", Access.DYNAMIC))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("no_such_variable");
  }

  @Test
  void tooMuchFixedStorageIsRefusedWithTheSystemsReason() {
    assertThatThrownBy(() -> ThreadLocalModule.open("huge", new byte[0], 1 << 20, 8, Access.FIXED))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("cannot allocate memory in static TLS block");
  }

  private static MemorySegment copy(ThreadLocalModule module, long size) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment index = arena.allocateFrom(JAVA_LONG, module.id(), 0);
      long address = NativeCall.call(TLS_GET_ADDR, index.address());
      return MemorySegment.ofAddress(address).reinterpret(size);
    }
  }
}
