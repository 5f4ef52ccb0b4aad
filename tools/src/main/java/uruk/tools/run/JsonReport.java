package uruk.tools.run;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import org.jspecify.annotations.Nullable;
import uruk.jit.Jit;
import uruk.materialization.LinkedObject;
import uruk.materialization.MemoryLedger.Kind;

/** The reports of a run as one line of JSON; {@code schema} counts up when its form changes. */
final class JsonReport {

  private static final int SCHEMA = 1;

  private JsonReport() {}

  /**
   * {@return the document}
   *
   * @param result what the function of {@code --call} returned, if it did
   */
  static String of(
      RunRequest.Reports reports, Jit jit, StepTimes times, @Nullable JsonElement result) {
    JsonObject document = new JsonObject();
    document.addProperty("schema", SCHEMA);
    if (result != null) {
      document.add("result", result);
    }
    if (reports.memory()) {
      document.add("memory", memory(jit));
    }
    if (reports.time()) {
      JsonObject milliseconds = new JsonObject();
      JsonObject phases = new JsonObject();
      for (StepTimes.Step step : times.steps()) {
        milliseconds.addProperty(step.name(), step.milliseconds());
        step.phases().forEach(phases::addProperty);
      }
      document.add("milliseconds", milliseconds);
      document.add("phases", phases);
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
