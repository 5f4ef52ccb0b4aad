package uruk.orc;

import org.jspecify.annotations.Nullable;

/**
 * A vertex of a forest of rooted trees that answers "which root is above this vertex?" in amortised
 * logarithmic time while trees are linked and cut: a link-cut tree (Sleator and Tarjan, 1983). Each
 * tree is split into paths, each path is a splay tree ordered by depth, and the top of each path
 * points to the vertex above it.
 */
@SuppressWarnings("ReferenceEquality") // vertices are compared by identity
abstract class LinkCutNode {
  private @Nullable LinkCutNode left;
  private @Nullable LinkCutNode right;
  private @Nullable LinkCutNode parent;

  /** {@return the root of the tree that this vertex is in} */
  final LinkCutNode root() {
    access();
    LinkCutNode top = this;
    while (top.left != null) {
      top = top.left;
    }
    top.splay();
    return top;
  }

  /** Puts this vertex, which must be a root, below another one of another tree. */
  final void linkBelow(LinkCutNode above) {
    access();
    parent = above;
  }

  /** Makes this vertex the root of a tree of its own. */
  final void cutFromAbove() {
    access();
    LinkCutNode above = left;
    if (above != null) {
      above.parent = null;
      left = null;
    }
  }

  /** Makes the path from the root to this vertex one splay tree with this vertex on top. */
  private void access() {
    splay();
    right = null;
    while (parent != null) {
      LinkCutNode above = parent;
      above.splay();
      above.right = this;
      splay();
    }
  }

  private boolean isTopOfPath() {
    return parent == null || (parent.left != this && parent.right != this);
  }

  private void splay() {
    while (!isTopOfPath()) {
      LinkCutNode up = parentOnPath();
      if (!up.isTopOfPath()) {
        LinkCutNode upper = up.parentOnPath();
        boolean sameSide = (upper.left == up) == (up.left == this);
        (sameSide ? up : this).rotate();
      }
      rotate();
    }
  }

  private LinkCutNode parentOnPath() {
    if (parent == null) {
      throw new AssertionError("a vertex below the top of its path has a parent");
    }
    return parent;
  }

  private void rotate() {
    LinkCutNode up = parentOnPath();
    LinkCutNode upper = up.parent;
    boolean upIsTop = up.isTopOfPath();
    LinkCutNode moved;
    if (up.left == this) {
      moved = right;
      up.left = moved;
      right = up;
    } else {
      moved = left;
      up.right = moved;
      left = up;
    }
    if (moved != null) {
      moved.parent = up;
    }
    up.parent = this;
    parent = upper;
    if (!upIsTop && upper != null) {
      if (upper.left == up) {
        upper.left = this;
      } else {
        upper.right = this;
      }
    }
  }
}
