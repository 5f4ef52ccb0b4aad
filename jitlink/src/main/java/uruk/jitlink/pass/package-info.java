/** Passes that every target shares, and what is read from a graph after its link. */
package uruk.jitlink.pass;
