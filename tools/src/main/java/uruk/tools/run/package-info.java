/** {@code uruk run}: compile, link, run {@code main}, pass its exit status on. */
package uruk.tools.run;
