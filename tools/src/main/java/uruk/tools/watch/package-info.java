/** {@code uruk watch}: a program goes on running while its files are edited. */
package uruk.tools.watch;
