package uruk.tools.run;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import uruk.jit.Jit;
import uruk.materialization.LinkedObject;
import uruk.materialization.MemoryLedger.Kind;

/** The reports of a run as one line of JSON; {@code schema} counts up when its form changes. */
final class JsonReport {

  private static final int SCHEMA = 1;

  private JsonReport() {}

  static String of(RunRequest.Reports reports, Jit jit, StepTimes times) {
    JsonObject document = new JsonObject();
    document.addProperty("schema", SCHEMA);
    if (reports.memory()) {
      document.add("memory", memory(jit));
    }
    if (reports.time()) {
      JsonObject milliseconds = new JsonObject();
      times.steps().forEach(step -> milliseconds.addProperty(step.name(), step.milliseconds()));
      document.add("milliseconds", milliseconds);
    }
    return document.toString();
  }

  private static JsonArray memory(Jit jit) {
    JsonArray objects = new JsonArray();
    for (LinkedObject object : jit.objects().objects()) {
      JsonObject row = new JsonObject();
      row.addProperty("object", object.name());
      for (Kind kind : Kind.values()) {
        row.addProperty(kind.toString(), object.ledger().bytes(kind));
      }
      row.addProperty("total", object.ledger().total());
      objects.add(row);
    }
    return objects;
  }
}
