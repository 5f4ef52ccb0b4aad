import ch.qos.logback.classic.spi.Configurator;
import org.jspecify.annotations.NullMarked;
import uruk.tools.StandardErrorLog;

/** The command line. */
@NullMarked
module uruk.tools {
  requires ch.qos.logback.classic;
  requires ch.qos.logback.core;
  requires com.google.common;
  requires com.google.gson;
  requires java.management;
  requires org.jspecify;
  requires org.jline.reader;
  requires org.jline.terminal;
  requires uruk.materialization;

  provides Configurator with
      StandardErrorLog;
}
