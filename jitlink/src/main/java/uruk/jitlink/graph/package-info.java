/**
 * The model that everything in the linker works on: a {@link uruk.jitlink.graph.LinkGraph} of
 * {@link uruk.jitlink.graph.Block}s of bytes in {@link uruk.jitlink.graph.Section}s, {@link
 * uruk.jitlink.graph.Symbol}s that name places in them, and {@linkplain uruk.jitlink.graph.Edges
 * edges} from places in blocks to symbols.
 *
 * <p>A graph belongs to one link at a time and is not thread-safe; a link may move it from thread
 * to thread as long as the hand-over is ordered (futures do that).
 *
 * <p>What a target machine adds to the model is one implementation of {@link
 * uruk.jitlink.graph.Target}.
 */
package uruk.jitlink.graph;
