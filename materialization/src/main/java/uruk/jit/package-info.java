/**
 * The facade: one class that most programs need, over the session and the linking layer, which stay
 * reachable from it.
 */
package uruk.jit;
