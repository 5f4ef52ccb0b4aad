package uruk.orc;

/**
 * Runs a unit's {@link MaterializationUnit#materialize}. The only kind that a dispatcher may cap.
 */
public final class MaterializationTask extends Task {
  private final Definition definition;
  private final MaterializationUnit unit;
  private final MaterializationResponsibility responsibility;

  MaterializationTask(Definition definition, MaterializationUnit unit) {
    super("Materialize " + unit.name() + " in \"" + definition.dylib().name() + '"');
    this.definition = definition;
    this.unit = unit;
    this.responsibility = new MaterializationResponsibility(definition);
  }

  Definition definition() {
    return definition;
  }

  @Override
  void execute() {
    definition.beginRun();
    try {
      unit.materialize(responsibility);
    } catch (Throwable failure) {
      responsibility.failMaterialization(failure);
    } finally {
      definition.endRun();
    }
  }
}
