/**
 * The command line {@code uruk}: one entry point that picks a command, one package per command.
 *
 * <p>A start should cost little more than the start of the virtual machine. So options are read
 * with a table of our own ({@link uruk.tools.option}), and logging is set up only when {@code -v}
 * asks for it.
 */
package uruk.tools;
