namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor cpu() => to(DeviceType.CPU);

        public Tensor cuda(Device? device = null, bool non_blocking = false)
        {
            if (device is not null && device.type != DeviceType.CUDA) throw new ArgumentException("Not a CUDA device.", nameof(device));
            InitializeDeviceType(DeviceType.CUDA);
            return to(device ?? CUDA, non_blocking: non_blocking);
        }

        internal static int Code(ScalarType? type) => type.HasValue ? (int)type.Value : -1;

        private Tensor Convert(ScalarType? type, DeviceType? deviceType, int deviceIndex, bool copy, bool disposeAfter, bool nonBlocking)
        {
            if (deviceType.HasValue) InitializeDeviceType(deviceType.Value);
            var result = Native.ts_to(this, Code(type), deviceType.HasValue ? (int)deviceType.Value : -1, deviceIndex, copy ? 1 : 0, nonBlocking ? 1 : 0);
            if (disposeAfter) Dispose();
            return result;
        }

        /// <summary>This tensor with another element type; shares the data when it already has it.</summary>
        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Convert(type, null, -1, copy, disposeAfter, non_blocking);

        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Convert(type, null, -1, copy, disposeAfter, non_blocking);

        public Tensor to(DeviceType deviceType, int deviceIndex = -1, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Convert(null, deviceType, deviceIndex, copy, disposeAfter, non_blocking);

        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Convert(type, device.type, device.index, copy, disposeAfter, non_blocking);

        public Tensor to(string device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(new Device(device), copy, disposeAfter, non_blocking);

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Convert(null, device.type, device.index, copy, disposeAfter, non_blocking);

        public Tensor to(Tensor other, bool non_blocking = false) => to(other.dtype, other.device, non_blocking: non_blocking);

        public Tensor type_as(Tensor tensor) => to_type(tensor.dtype);

        public Tensor type(ScalarType dtype) => to_type(dtype);

        public Tensor @bool() => to_type(ScalarType.Bool);

        public Tensor @byte() => to_type(ScalarType.Byte);

        public Tensor @char() => to_type(ScalarType.Int8);

        public Tensor @short() => to_type(ScalarType.Int16);

        public Tensor @int() => to_type(ScalarType.Int32);

        public Tensor @long() => to_type(ScalarType.Int64);

        public Tensor half() => to_type(ScalarType.Float16);

        public Tensor bfloat16() => to_type(ScalarType.BFloat16);

        public Tensor @float() => to_type(ScalarType.Float32);

        public Tensor @double() => to_type(ScalarType.Float64);

        public Tensor contiguous() => Native.ts_contiguous(this);

        public Tensor clone() => Native.ts_clone(this);

        public Tensor copy_(Tensor source, bool nonBlocking = false)
        {
            Native.ts_copy_(this, source, nonBlocking ? 1 : 0);
            return this;
        }

        /// <summary>Replaces storage and shape by those of another tensor.</summary>
        internal void SetData(Tensor source) => Native.ts_set_data(this, source);

        public Tensor rand_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Native.ts_rand_like(this, Code(dtype), Kind(device), Index(device), requires_grad ? 1 : 0);

        public Tensor randn_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Native.ts_randn_like(this, Code(dtype), Kind(device), Index(device), requires_grad ? 1 : 0);

        public Tensor zeros_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Native.ts_zeros_like(this, Code(dtype), Kind(device), Index(device), requires_grad ? 1 : 0);

        public Tensor ones_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Native.ts_ones_like(this, Code(dtype), Kind(device), Index(device), requires_grad ? 1 : 0);

        public Tensor empty_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Native.ts_empty_like(this, Code(dtype), Kind(device), Index(device), requires_grad ? 1 : 0);

        public Tensor full_like(Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Native.ts_full_like(this, value, Code(dtype), Kind(device), Index(device), requires_grad ? 1 : 0);

        public Tensor new_zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            torch.zeros(size, dtype ?? this.dtype, device ?? this.device, requires_grad);

        public Tensor new_empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            torch.empty(size, dtype ?? this.dtype, device ?? this.device, requires_grad);

        public Tensor new_full(long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            torch.full(size, value, dtype ?? this.dtype, device ?? this.device, requires_grad);

        // Sampling in place
        public Tensor bernoulli(Generator? generator = null) => Native.ts_bernoulli(this, generator?.Handle ?? 0);

        public Tensor bernoulli_(double p = 0.5, Generator? generator = null)
        {
            Native.ts_bernoulli_(this, p, generator?.Handle ?? 0);
            return this;
        }

        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null) =>
            Native.ts_multinomial(this, num_samples, replacement ? 1 : 0, generator?.Handle ?? 0);

        public Tensor uniform_(double from, double to, Generator? generator = null)
        {
            Native.ts_uniform_(this, from, to, generator?.Handle ?? 0);
            return this;
        }

        public Tensor normal_(double mean = 0.0, double std = 1.0, Generator? generator = null)
        {
            Native.ts_normal_(this, mean, std, generator?.Handle ?? 0);
            return this;
        }

        public Tensor exponential_(double lambda = 1.0, Generator? generator = null)
        {
            Native.ts_exponential_(this, lambda, generator?.Handle ?? 0);
            return this;
        }

        public Tensor random_(double from, double to, Generator? generator = null)
        {
            Native.ts_random_(this, (long)from, (long)to, generator?.Handle ?? 0);
            return this;
        }

        /// <summary>Writes the tensor to a file in libtorch's archive format.</summary>
        public void save(string location) => Native.ts_save(this, location);

        public static Tensor load(string location) => Native.ts_load(location);

        public override string ToString()
        {
            if (IsInvalid) return "";
            return $"[{string.Join('x', shape)}], type = {dtype}, device = {device}";
        }
    }

    internal static int Kind(Device? device) => device is null ? -1 : (int)device.type;

    internal static int Index(Device? device) => device?.index ?? -1;

    /// <summary>Whether a device can be used; CUDA that is absent is refused with a sentence.</summary>
    public static void InitializeDeviceType(DeviceType deviceType)
    {
        if (deviceType == DeviceType.CUDA && !cuda.is_available())
            throw new InvalidOperationException("CUDA is not available: this libtorch has no CUDA or there is no device; use torch.CPU");
    }

    public static Device InitializeDevice(Device? device)
    {
        if (device is null) return CPU;
        InitializeDeviceType(device.type);
        return device;
    }

    public static void save(Tensor t, string location) => t.save(location);

    public static Tensor load(string location) => Tensor.load(location);

    public static Tensor bernoulli(Tensor input, Generator? generator = null) => input.bernoulli(generator);

    public static Tensor multinomial(Tensor input, long num_samples, bool replacement = false, Generator? generator = null) => input.multinomial(num_samples, replacement, generator);

    public static class cuda
    {
        public static bool is_available() => Native.ts_cuda_count() > 0;

        public static int device_count() => Native.ts_cuda_count();

        public static void synchronize(Device? device = null) => Native.ts_cuda_synchronize();

        public static void manual_seed(long seed) => torch.manual_seed(seed);

        public static void manual_seed_all(long seed) => torch.manual_seed(seed);
    }

    public static void set_num_threads(int num) => Native.ts_set_num_threads(num);

    public static int get_num_threads() => Native.ts_get_num_threads();

    public static void set_num_interop_threads(int num) => Native.ts_set_num_interop_threads(num);

    public static int get_num_interop_threads() => Native.ts_get_num_interop_threads();

    /// <summary>The version of the libtorch in use.</summary>
    public static string __version__ => System.Runtime.InteropServices.Marshal.PtrToStringUTF8(Native.ts_version())!;
}
