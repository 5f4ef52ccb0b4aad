package uruk.materialization;

import java.util.Locale;

/** Why the memory of a replaced version is still there. Its text says so in words. */
public sealed interface Pin {

  /**
   * A call from Java began before the version was replaced and has not ended.
   *
   * @param thread what the system calls the thread
   * @param threadId the system's number of the thread
   * @param function what was called
   */
  record CallUnderWay(String thread, long threadId, String function) implements Pin {
    @Override
    public String toString() {
      return "a call of %s by thread \"%s\" (%d) has not ended"
          .formatted(function, thread, threadId);
    }
  }

  /**
   * A word in a thread's registers or on its stack points into the version's code.
   *
   * @param thread what the system calls the thread
   * @param threadId the system's number of the thread
   * @param function the function and the offset that the word points to
   */
  record ThreadInCode(String thread, long threadId, String function) implements Pin {
    @Override
    public String toString() {
      return "thread \"%s\" (%d) is in %s".formatted(thread, threadId, function);
    }
  }

  /**
   * A thread could not be examined. The version is pinned until the thread can be, or the host has
   * declared that {@linkplain ObjectLinkingLayer#declareQuiescent nothing runs}.
   *
   * @param thread what the system calls the thread
   * @param threadId the system's number of the thread
   * @param reason in words
   */
  record ThreadUnknown(String thread, long threadId, String reason) implements Pin {
    @Override
    public String toString() {
      return "thread \"%s\" (%d) may run its code: %s".formatted(thread, threadId, reason);
    }
  }

  /**
   * An object switches stacks, ucontext(3): one that is put aside is in memory where nobody looks,
   * and may return into the version. It is pinned until the host has declared that {@linkplain
   * ObjectLinkingLayer#declareQuiescent nothing runs}.
   *
   * @param object what switches stacks
   */
  record StacksPutAside(LinkedObject object) implements Pin {
    @Override
    public String toString() {
      return "%s switches stacks, and one that is put aside may return into it".formatted(object);
    }
  }

  /** Nobody examines the threads; see {@link ObjectLinkingLayer#superviseWith}. */
  record ThreadsNotExamined() implements Pin {
    @Override
    public String toString() {
      return "threads may still run its code: nobody has said that none does";
    }
  }

  /**
   * The address of a function may be kept anywhere, and goes on leading to this version: the new
   * one has no such function.
   *
   * @param function its name
   */
  record AddressTaken(String function) implements Pin {
    @Override
    public String toString() {
      return "the address of its function %s, which the new version lacks, may be kept somewhere"
          .formatted(function);
    }
  }

  /**
   * The code takes the address of a place in itself, and the assembler has left no relocation: the
   * address may be kept anywhere and leads to this version. Compilers leave one with {@code
   * -ffunction-sections}.
   *
   * @param place the nearest function that others can name, and the offset
   */
  record PlaceTaken(String place) implements Pin {
    @Override
    public String toString() {
      return "the address of %s is taken without a relocation; compile with -ffunction-sections"
          .formatted(place);
    }
  }

  /**
   * Another object refers to the version's memory.
   *
   * @param use who, and where
   */
  record ReferredTo(SymbolUse use) implements Pin {
    @Override
    public String toString() {
      return "%s is used by %s".formatted(use.symbol(), use);
    }
  }

  /** A roll-back may need it, and it could not be linked again: its file is not kept. */
  record KeptForRollBack() implements Pin {
    @Override
    public String toString() {
      return "a roll-back may lead back to it, and its file is not in memory to link it again";
    }
  }

  /**
   * The code is freed. Pointers to data may be anywhere, so data stay until they are released.
   *
   * @param bytes how many there are
   */
  record DataNotReleased(long bytes) implements Pin {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "its %d bytes of data stay until they are released", bytes);
    }
  }
}
