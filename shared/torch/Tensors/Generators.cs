namespace TorchSharp;

public static partial class torch
{
    /// <summary>A source of random numbers with a state of its own.</summary>
    public class Generator : IDisposable
    {
        private nint handle;

        internal Generator(nint handle, Device device)
        {
            if (handle == 0) NativeError.Throw();
            this.handle = handle;
            this.device = device;
        }

        public Generator(ulong seed = 0, Device? device = null)
            : this(Native.ts_generator((long)seed, (int)(device ?? CPU).type, (device ?? CPU).index), device ?? CPU) { }

        internal nint Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(Generator));

        public Device device { get; }

        /// <summary>The default generator of the CPU.</summary>
        public static Generator Default => new(Native.ts_default_generator(), CPU);

        public Generator manual_seed(long seed)
        {
            Native.ts_generator_seed(Handle, seed);
            return this;
        }

        public long initial_seed() => Native.ts_generator_initial_seed(Handle);

        /// <summary>Takes a seed from the system and gives it.</summary>
        public long seed() => Native.ts_generator_new_seed(Handle);

        public Tensor get_state() => Native.ts_generator_get_state(Handle);

        public void set_state(Tensor value) => Native.ts_generator_set_state(Handle, value);

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (handle == 0) return;
            Native.ts_generator_dispose(handle);
            handle = 0;
        }

        ~Generator() => Dispose(false);
    }

    public static Generator manual_seed(long seed)
    {
        Native.ts_manual_seed(seed);
        return Generator.Default;
    }

    public static long seed() => Generator.Default.seed();

    public static long initial_seed() => Generator.Default.initial_seed();

    public static Tensor get_rng_state() => Generator.Default.get_state();

    public static void set_rng_state(Tensor new_state) => Generator.Default.set_state(new_state);

    public static class random
    {
        public static Generator manual_seed(long seed) => torch.manual_seed(seed);

        public static long seed() => torch.seed();

        public static long initial_seed() => torch.initial_seed();

        public static Tensor get_rng_state() => torch.get_rng_state();

        public static void set_rng_state(Tensor new_state) => torch.set_rng_state(new_state);
    }
}
