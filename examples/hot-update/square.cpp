// A class with a virtual method; -DBODY gives the method's body.
class Shape {
 public:
  virtual ~Shape();
  virtual double area() const = 0;
};

Shape::~Shape() {}

class Square : public Shape {
 public:
  explicit Square(double side) : side(side) {}
  double area() const override { return BODY; }

 private:
  double side;
};

extern "C" Shape *create_square(double side) { return new Square(side); }
extern "C" void destroy(Shape *shape) { delete shape; }
