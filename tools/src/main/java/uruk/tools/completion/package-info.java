/** {@code uruk completion}: scripts that teach shells to complete the command line. */
package uruk.tools.completion;
