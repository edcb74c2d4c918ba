// The program that all single-header files are linked into; that it links is the test.
#include <cstdio>

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    std::printf("%s headers compiled alone\n", argv[1]);
}
