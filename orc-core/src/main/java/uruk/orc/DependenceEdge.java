package uruk.orc;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One group needs one symbol. The edge is in two lists, without objects of their own: of what the
 * group depends on, and of who uses the symbol, newest first. Guarded by the session lock.
 *
 * <p>Edges are added by the million and hardly ever removed one by one; so adding one touches
 * nothing but the symbol. Links back to the previous user are made when an edge behind the newest
 * is removed: if an edge has one so have all after it. Each is made once, so that removing an edge
 * takes constant time on average, however many users the symbol has.
 */
final class DependenceEdge {
  private final DependenceNode user;
  private final SymbolEntry dependency;
  private final @Nullable DependenceEdge nextDependency;
  private @Nullable DependenceEdge nextUser;
  private @Nullable DependenceEdge previousUser;

  /**
   * Adds the edge to the symbol's users.
   *
   * @param nextDependency the first of the group's other edges
   */
  DependenceEdge(
      DependenceNode user, SymbolEntry dependency, @Nullable DependenceEdge nextDependency) {
    this.user = user;
    this.dependency = dependency;
    this.nextDependency = nextDependency;
    nextUser = dependency.users;
    dependency.users = this;
  }

  DependenceNode user() {
    return user;
  }

  SymbolEntry dependency() {
    return dependency;
  }

  /** {@return the next of the edges that lead from the group} */
  @Nullable DependenceEdge nextDependency() {
    return nextDependency;
  }

  /** {@return the next of the edges that lead to the symbol} */
  @Nullable DependenceEdge nextUser() {
    return nextUser;
  }

  /** Removes the edge from the symbol's users. It keeps none of them from being collected. */
  void unlink() {
    DependenceEdge before = dependency.users == this ? null : previousUser();
    if (before == null) {
      dependency.users = nextUser;
    } else {
      before.nextUser = nextUser;
    }
    if (nextUser != null) {
      nextUser.previousUser = before;
    }
    nextUser = null;
    previousUser = null;
  }

  private DependenceEdge previousUser() {
    if (previousUser == null) {
      linkBack(Objects.requireNonNull(dependency.users));
    }
    return Objects.requireNonNull(previousUser);
  }

  private static void linkBack(DependenceEdge first) {
    DependenceEdge at = first;
    DependenceEdge next = at.nextUser;
    while (next != null && next.previousUser == null) {
      next.previousUser = at;
      at = next;
      next = at.nextUser;
    }
  }
}
