/**
 * The linker: {@link uruk.jitlink.JITLinker} takes a {@link uruk.jitlink.graph.LinkGraph} through
 * its phases, asking a {@link uruk.jitlink.LinkContext} for memory and external symbols; {@link
 * uruk.jitlink.ObjectFile} makes graphs of object files.
 */
package uruk.jitlink;
