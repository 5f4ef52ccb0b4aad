package uruk.jit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says what a method of a bound interface calls, where its own name and types do not: see {@link
 * Jit#bind(Class)}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface NativeSymbol {
  /** {@return the symbol's name; the method's own name if empty} */
  String value() default "";

  /**
   * {@return the C declaration of the function, as {@link CSignature} reads it; needed where Java's
   * types do not tell: structures by value, variadic functions} Empty if the method's types say it
   * all.
   */
  String signature() default "";
}
