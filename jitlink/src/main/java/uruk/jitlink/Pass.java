package uruk.jitlink;

import uruk.jitlink.graph.LinkGraph;

/** Reads or changes a graph in one phase of a link. */
@FunctionalInterface
public interface Pass {

  /**
   * Runs on a graph.
   *
   * @throws RuntimeException ends the link, which reports it and gives back what it had allocated
   */
  void run(LinkGraph graph);
}
