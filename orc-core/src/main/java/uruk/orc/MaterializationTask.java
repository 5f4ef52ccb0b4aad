package uruk.orc;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Runs a unit's {@link MaterializationUnit#materialize}. The only kind that a dispatcher may cap.
 * Running it again does nothing; one that is dropped fails the unit's symbols.
 */
public final class MaterializationTask extends Task {
  private final Definition definition;
  private final AtomicReference<@Nullable MaterializationUnit> unit;
  private final MaterializationResponsibility responsibility;

  MaterializationTask(Definition definition, MaterializationUnit unit) {
    super("Materialize " + definition.unitName() + " in \"" + definition.dylib().name() + '"');
    this.definition = definition;
    this.unit = new AtomicReference<>(unit);
    this.responsibility = new MaterializationResponsibility(definition, unit);
  }

  Definition definition() {
    return definition;
  }

  @Override
  void execute() {
    MaterializationUnit started = unit.getAndSet(null);
    if (started == null) {
      return;
    }
    definition.beginRun();
    try {
      started.materialize(responsibility);
    } catch (Throwable failure) {
      responsibility.failMaterialization(failure);
    } finally {
      definition.endRun();
    }
  }

  /** Fails the unit instead, unless the task has run: the dispatcher will not have it. */
  void fail(Throwable refusal) {
    if (unit.getAndSet(null) != null) {
      responsibility.failMaterialization(refusal);
    }
  }
}
