/**
 * Races of the session. In each, threads ("actors") do one thing each to a fresh session, as nearly
 * at the same moment as jcstress can bring about, some thousand times a second; what they saw, and
 * what an arbiter finds afterwards, must be an outcome that the class lists. Every race is a class
 * of its own, because jcstress wants it so.
 */
@NullMarked
package uruk.stress;

import org.jspecify.annotations.NullMarked;
