using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The size of every dimension.</summary>
        public long[] shape
        {
            get
            {
                var sizes = new long[Native.ts_dim(this)];
                Native.ts_sizes(this, sizes);
                return sizes;
            }
        }

        public long[] size() => shape;

        /// <summary>The size of one dimension; negative counts from the end.</summary>
        public long size(int dim)
        {
            var count = (int)Native.ts_dim(this);
            var at = dim < 0 ? dim + count : dim;
            if (at < 0 || at >= count) throw new ArgumentOutOfRangeException(nameof(dim), dim, $"the tensor has {count} dimensions");
            return Native.ts_size(this, at);
        }

        public long[] stride()
        {
            var strides = new long[Native.ts_dim(this)];
            Native.ts_strides(this, strides);
            return strides;
        }

        public long stride(int dim) => stride()[dim < 0 ? dim + (int)Dimensions : dim];

        public long Dimensions => Native.ts_dim(this);

        public long dim() => Dimensions;

        public long ndim => Dimensions;

        public long NumberOfElements => Native.ts_numel(this);

        public long numel() => NumberOfElements;

        public long ElementSize => Native.ts_element_size(this);

        public long element_size() => ElementSize;

        public ScalarType dtype => (ScalarType)Native.ts_dtype(this);

        public Device device => new(device_type, device_index);

        public DeviceType device_type => (DeviceType)Native.ts_device_type(this);

        public int device_index => Native.ts_device_index(this);

        public bool is_cuda => device_type == DeviceType.CUDA;

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_leaf => Native.ts_is_leaf(this) != 0;

        public bool is_sparse => Native.ts_is_sparse(this) != 0;

        public bool is_contiguous() => Native.ts_is_contiguous(this) != 0;

        public bool is_integral() => torch.is_integral(dtype);

        public bool is_floating_point() => torch.is_floating_point(dtype);

        public bool is_complex() => torch.is_complex(dtype);

        public bool is_nonzero()
        {
            if (NumberOfElements != 1) throw new InvalidOperationException("is_nonzero() called on non-singleton tensor");
            return ToScalar().ToBoolean();
        }

        public long storage_offset() => Native.ts_storage_offset(this);

        public Tensor alias() => Native.ts_alias(this);

        internal nint Data()
        {
            var data = Native.ts_data(this);
            if (data == 0 && NumberOfElements > 0) NativeError.Throw();
            return data;
        }

        /// <summary>The elements as .NET values. Throws <see cref="ArgumentException"/> when T is not the element type.</summary>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            ValidateType(typeof(T));
            return new TensorAccessor<T>(device_type == DeviceType.CPU ? this : cpu());
        }

        /// <summary>The one element of a single-element tensor, of exactly the element type.</summary>
        public unsafe T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1) throw new ArgumentException("Number of elements in the tensor must be 1");
            ValidateType(typeof(T));
            if (device_type == DeviceType.CPU)
            {
                var value = *(T*)Data();
                GC.KeepAlive(this);
                return value;
            }
            using var here = cpu();
            return here.item<T>();
        }

        public unsafe Scalar ToScalar()
        {
            Number number;
            Native.ts_item(this, &number);
            return new Scalar(number, dtype);
        }

        private void ValidateType(Type type)
        {
            var expected = dtype switch
            {
                ScalarType.Byte => typeof(byte),
                ScalarType.Int8 => typeof(sbyte),
                ScalarType.Int16 => typeof(short),
                ScalarType.Int32 => typeof(int),
                ScalarType.Int64 => typeof(long),
                ScalarType.Bool => typeof(bool),
                ScalarType.Float16 => typeof(Half),
                ScalarType.Float32 => typeof(float),
                ScalarType.Float64 => typeof(double),
                _ => null,
            };
            if (expected != type)
                throw new ArgumentException(expected is null ? $"{dtype} has no .NET type; convert it with .to() first" : $"{type.Name} is not compatible with {dtype}; use {expected.Name}");
        }

        /// <summary>The raw memory of a contiguous CPU tensor, to read or to write.</summary>
        public unsafe Span<byte> bytes
        {
            get
            {
                if (!is_contiguous()) throw new InvalidOperationException("Bytes() called on non-contiguous tensor.");
                if (device_type != DeviceType.CPU) throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
                var size = Native.ts_nbytes(this);
                if (size > int.MaxValue) throw new ArgumentException("Span only supports up to int.MaxValue elements.");
                return new Span<byte>((void*)Data(), (int)size);
            }

            set
            {
                if (!is_contiguous()) throw new InvalidOperationException("SetBytes() called on non-contiguous tensor.");
                if (value.Length != Native.ts_nbytes(this)) throw new ArgumentException("Mismatched data sizes in SetBytes().");
                fixed (byte* source = value) Native.ts_copy_bytes(this, source, value.Length);
            }
        }

        /// <summary>Writes the tensor's bytes to a stream; any size.</summary>
        public unsafe void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            if (!is_contiguous()) throw new InvalidOperationException("WriteBytesToStream() called on non-contiguous tensor.");
            long done = 0, size = Native.ts_nbytes(this);
            var data = (byte*)Data();
            while (done < size)
            {
                var part = (int)Math.Min(Math.Max(bufferSize, 1 << 20), size - done);
                stream.Write(new ReadOnlySpan<byte>(data + done, part));
                done += part;
            }
            GC.KeepAlive(this);
        }

        /// <summary>Fills the tensor from a stream; throws <see cref="EndOfStreamException"/> when it is too short.</summary>
        public unsafe void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            if (!is_contiguous()) throw new InvalidOperationException("ReadBytesFromStream() called on non-contiguous tensor.");
            long done = 0, size = Native.ts_nbytes(this);
            var data = (byte*)Data();
            while (done < size)
            {
                var part = (int)Math.Min(Math.Max(bufferSize, 1 << 20), size - done);
                stream.ReadExactly(new Span<byte>(data + done, part));
                done += part;
            }
            GC.KeepAlive(this);
        }
    }
}
