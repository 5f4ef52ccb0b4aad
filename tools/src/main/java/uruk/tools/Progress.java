package uruk.tools;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Tells who waits at a terminal what is going on, once a step takes longer than a second: a line
 * that is rewritten every second and goes when the step ends. Steps may change at any time, from
 * one thread.
 */
public final class Progress implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final String CLEAR_LINE = "\r\033[K";

  private final PrintStream stream;
  private final Duration patience;
  private String step = "starting"; // guarded by this, as the fields below
  private LongSupplier count = () -> -1;
  private long begun = System.nanoTime();
  private boolean shown;
  private boolean closed;

  /** Makes one that shows nothing if nobody watches the console. */
  public static Progress on(Console console) {
    Progress progress = new Progress(console.err(), PATIENCE);
    if (console.attended()) {
      progress.watch();
    }
    return progress;
  }

  /**
   * Makes a progress line.
   *
   * @param patience how long a step may take before it is shown, and how long a line stays
   */
  Progress(PrintStream stream, Duration patience) {
    this.stream = stream;
    this.patience = patience;
  }

  /** Begins to show what takes long. */
  void watch() {
    Thread.ofPlatform().daemon().name("progress").start(this::show);
  }

  /** A step begins, and the one before it has ended. */
  public void begin(String name) {
    begin(name, () -> -1);
  }

  /**
   * A step begins, and the one before it has ended.
   *
   * @param objects tells how many objects have been linked, from another thread; negative for none
   */
  public synchronized void begin(String name, LongSupplier objects) {
    clear();
    step = name;
    count = objects;
    begun = System.nanoTime();
    notifyAll();
  }

  /** The last step has ended: nothing is written any more. */
  @Override
  public synchronized void close() {
    clear();
    closed = true;
    notifyAll();
  }

  private synchronized void show() {
    try {
      while (!closed) {
        long waited = System.nanoTime() - begun;
        long left = patience.toNanos() - (shown ? waited % patience.toNanos() : waited);
        if (left > 0) {
          wait(Math.max(1, left / 1_000_000 + 1));
        }
        if (!closed && System.nanoTime() - begun >= patience.toNanos()) {
          line();
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void line() {
    long seconds = (System.nanoTime() - begun) / 1_000_000_000;
    long objects = count.getAsLong();
    String counted = objects < 0 ? "" : ", %,d objects".formatted(objects);
    stream.printf("%suruk: %s ... %d s%s", CLEAR_LINE, step, seconds, counted);
    stream.flush();
    shown = true;
  }

  private void clear() {
    if (shown) {
      stream.print(CLEAR_LINE);
      stream.flush();
      shown = false;
    }
  }
}
