/** {@code uruk doctor}: what this machine can do, and how to mend what is missing. */
package uruk.tools.doctor;
