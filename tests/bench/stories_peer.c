// The peer of decode-stories260K: a Llama of 260,032 parameters in plain C, in the style of llama2.c, written for this benchmark.
// Random weights: only the shape matters for speed. Usage: stories_peer TOKENS; prints the processor seconds that greedy decoding took (one thread).
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
enum { W = 64, INNER = 172, LAYERS = 5, HEADS = 8, KEYS = 4, D = W / HEADS, KW = KEYS * D, V = 512, SEQ = 512 };
static float words[V * W], q[LAYERS][W * W], k[LAYERS][KW * W], v[LAYERS][KW * W], o[LAYERS][W * W], gate[LAYERS][INNER * W], up[LAYERS][INNER * W],
    down[LAYERS][W * INNER], norm1[LAYERS][W], norm2[LAYERS][W], norm[W], keys[LAYERS][SEQ * KW], values[LAYERS][SEQ * KW];
static void draw(float *x, int n) { for (int i = 0; i < n; i++) x[i] = (rand() / (float)RAND_MAX - 0.5f) * 0.1f; }
static void product(float *y, const float *x, const float *w, int n, int m) {
    for (int i = 0; i < m; i++) { float s = 0; for (int j = 0; j < n; j++) s += w[i * n + j] * x[j]; y[i] = s; }
}
static void rms(float *y, const float *x, const float *w) {
    float s = 0; for (int i = 0; i < W; i++) s += x[i] * x[i];
    s = 1 / sqrtf(s / W + 1e-5f); for (int i = 0; i < W; i++) y[i] = w[i] * x[i] * s;
}
static void turn(float *x, int n, int p) {
    for (int i = 0; i < n; i += 2) { float a = p * powf(10000, -(float)(i % D) / D), c = cosf(a), s = sinf(a), x0 = x[i], x1 = x[i + 1]; x[i] = x0 * c - x1 * s; x[i + 1] = x0 * s + x1 * c; }
}
static int next(int token, int p) {
    static float x[W], y[W], z[W], query[W], context[W], g[INNER], u[INNER], score[SEQ], logits[V];
    memcpy(x, words + token * W, sizeof x);
    for (int l = 0; l < LAYERS; l++) {
        float *key = keys[l] + p * KW, *value = values[l] + p * KW;
        rms(y, x, norm1[l]); product(query, y, q[l], W, W); product(key, y, k[l], W, KW); product(value, y, v[l], W, KW);
        turn(query, W, p); turn(key, KW, p);
        for (int h = 0; h < HEADS; h++) {
            int at = h / (HEADS / KEYS) * D; float best = -1e30f, sum = 0;
            for (int t = 0; t <= p; t++) { float s = 0; for (int i = 0; i < D; i++) s += query[h * D + i] * keys[l][t * KW + at + i]; score[t] = s / sqrtf(D); if (score[t] > best) best = score[t]; }
            for (int t = 0; t <= p; t++) sum += score[t] = expf(score[t] - best);
            for (int i = 0; i < D; i++) context[h * D + i] = 0;
            for (int t = 0; t <= p; t++) for (int i = 0; i < D; i++) context[h * D + i] += score[t] / sum * values[l][t * KW + at + i];
        }
        product(z, context, o[l], W, W); for (int i = 0; i < W; i++) x[i] += z[i];
        rms(y, x, norm2[l]); product(g, y, gate[l], W, INNER); product(u, y, up[l], W, INNER);
        for (int i = 0; i < INNER; i++) g[i] = g[i] / (1 + expf(-g[i])) * u[i];
        product(z, g, down[l], INNER, W); for (int i = 0; i < W; i++) x[i] += z[i];
    }
    rms(y, x, norm); product(logits, y, words, W, V);
    int best = 0; for (int i = 1; i < V; i++) if (logits[i] > logits[best]) best = i;
    return best;
}
int main(int count, char **given) {
    int tokens = count > 1 ? atoi(given[1]) : 240, token = 1; struct timespec a, b; srand(1);
    if (tokens < 1 || tokens > SEQ) return 2;
    draw(words, V * W); draw(q[0], LAYERS * W * W); draw(k[0], LAYERS * KW * W); draw(v[0], LAYERS * KW * W); draw(o[0], LAYERS * W * W); draw(gate[0], LAYERS * INNER * W); draw(up[0], LAYERS * INNER * W); draw(down[0], LAYERS * W * INNER);
    for (int i = 0; i < W; i++) { norm[i] = 1; for (int l = 0; l < LAYERS; l++) norm1[l][i] = norm2[l][i] = 1; }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    for (int p = 0; p < tokens; p++) token = next(token, p);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    fprintf(stderr, "%s", token < 0 ? "?" : "");
    printf("%.9f\n", (b.tv_sec - a.tv_sec) + (b.tv_nsec - a.tv_nsec) * 1e-9);
    return 0;
}
