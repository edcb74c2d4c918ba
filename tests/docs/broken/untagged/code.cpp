// region: one
int one() {
    return 1;
}
// endregion
