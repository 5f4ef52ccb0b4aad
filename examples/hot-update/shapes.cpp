// Knows shapes only by their interface: each call goes through the instance's table of virtual functions.
class Shape {
 public:
  virtual ~Shape();
  virtual double area() const = 0;
};

extern "C" double area(const Shape *shape) { return shape->area(); }
