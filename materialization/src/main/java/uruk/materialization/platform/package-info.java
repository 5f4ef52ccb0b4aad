/**
 * Makes linked code behave as if the system's dynamic linker had loaded it, and keeps it from
 * taking the process down by accident: one guard around every entry, places of a crash in the
 * source, initializers and finalizers, thread-local storage.
 */
package uruk.materialization.platform;
