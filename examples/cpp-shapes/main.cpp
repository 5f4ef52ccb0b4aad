// Exceptions through virtual calls, a thread_local variable with a destructor in two threads,
// static initialization, run-time type information, streams.
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Shape {
  virtual ~Shape() = default;
  virtual double area() const = 0;
};

struct Square : Shape {
  explicit Square(double side) : side(side) {
    if (side < 0) throw std::invalid_argument("side " + std::to_string(side));
  }
  double area() const override { return side * side; }
  double side;
};

struct Circle : Shape {
  explicit Circle(double radius) : radius(radius) {}
  double area() const override { return 3.0 * radius * radius; }
  double radius;
};

struct Counter {
  int calls = 0;
  ~Counter() { std::cout << "a thread made " << calls << " calls\n"; }
};

thread_local Counter counter;
const std::map<std::string, int> corners = {{"square", 4}, {"circle", 0}};

double total(const std::vector<std::unique_ptr<Shape>> &shapes) {
  counter.calls++;
  double sum = 0;
  for (const auto &shape : shapes) sum += shape->area();
  return sum;
}

}  // namespace

int main(int argc, char **argv) {
  std::vector<std::unique_ptr<Shape>> shapes;
  shapes.push_back(std::make_unique<Square>(2));
  shapes.push_back(std::make_unique<Circle>(1));
  try {
    shapes.push_back(std::make_unique<Square>(-1));
  } catch (const std::exception &refused) {
    std::cout << "refused: " << refused.what() << '\n';
  }
  std::thread([&] { std::cout << "in a thread: " << total(shapes) << std::endl; }).join();
  std::cout << "here: " << total(shapes) << '\n';
  auto round = std::count_if(shapes.begin(), shapes.end(), [](const auto &shape) {
    return dynamic_cast<const Circle *>(shape.get()) != nullptr;
  });
  std::cout << round << " round, " << corners.at("square") << " corners, " << argc - 1 << " arguments\n";
  return argc > 1 ? std::stoi(argv[1]) : 0;
}
