using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ImageSdk.Images;

/// <summary>
/// SHA-512 (FIPS 180-4) of eight contents at a time, one in each 64-bit lane of a vector: several times as fast as one
/// after the other, where the processor has AVX-512. Lanes whose content ends take the next one.
/// </summary>
static unsafe class HashLanes
{
    public const int Count = 8;

    const int BlockSize = 128;
    const int Rounds = 80;

    // Of what is read: a whole number of blocks.
    const int PieceSize = 1 << 17;

    /// <param name="Start">Where it lies in memory; 0 where it is read.</param>
    /// <param name="Length">Bytes.</param>
    /// <param name="Reader">Null where it is in memory.</param>
    public readonly record struct Content(nint Start, long Length, ContentReader? Reader = null);

    // Not part of its callers, which would then be compiled again on every processor.
    public static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => Avx512F.IsSupported && Avx512BW.IsSupported;
    }

    /// <summary>Hashes all contents.</summary>
    /// <param name="contents">The longest first, so that the lanes end together. All in memory, or all to be read.</param>
    /// <param name="hashes">As many.</param>
    /// <exception cref="EndOfStreamException">A content is shorter than was said.</exception>
    public static void Hash(ReadOnlySpan<Content> contents, Span<ObjectHash> hashes)
    {
        var pieces = (byte*)null;
        try
        {
            if (contents[0].Reader is not null)
                pieces = (byte*)NativeMemory.AlignedAlloc(Count * PieceSize, BlockSize);
            Hash(contents, hashes, pieces);
        }
        finally
        {
            NativeMemory.AlignedFree(pieces);
        }
    }

    static void Hash(ReadOnlySpan<Content> contents, Span<ObjectHash> hashes, byte* pieces)
    {
        var state = stackalloc Vector512<ulong>[8];
        var tails = stackalloc byte[Count * 2 * BlockSize];
        var lanes = stackalloc Lane[Count];
        var next = 0;
        var busy = 0;
        for (var lane = 0; lane < Count; lane++)
        {
            lanes[lane].Tail = tails + lane * 2 * BlockSize;
            lanes[lane].Piece = pieces + lane * PieceSize;
            if (Start(ref lanes[lane], lane, state, contents, ref next))
                busy++;
        }
        var blocks = stackalloc byte*[Count];
        while (busy > 0)
        {
            var steps = int.MaxValue;
            for (var lane = 0; lane < Count; lane++)
            {
                // An idle lane goes along with whatever its tail holds.
                blocks[lane] = lanes[lane].Left > 0 ? lanes[lane].At : lanes[lane].Tail;
                if (lanes[lane].Left > 0)
                    steps = Math.Min(steps, lanes[lane].Left);
            }
            for (var step = 0; step < steps; step++)
            {
                Compress(state, blocks);
                for (var lane = 0; lane < Count; lane++)
                {
                    if (lanes[lane].Left > 0)
                        blocks[lane] += BlockSize;
                }
            }
            for (var lane = 0; lane < Count; lane++)
            {
                ref var current = ref lanes[lane];
                if (current.Left == 0)
                    continue;
                current.At += (nint)steps * BlockSize;
                current.Left -= steps;
                if (current.Left > 0)
                    continue;
                if (current.Unread > 0)
                {
                    Feed(ref current, contents[current.Index]);
                    continue;
                }
                if (current.TailBlocks > 0)
                {
                    current.At = current.Tail;
                    current.Left = current.TailBlocks;
                    current.TailBlocks = 0;
                    continue;
                }
                hashes[current.Index] = Read(state, lane);
                if (!Start(ref current, lane, state, contents, ref next))
                    busy--;
            }
        }
    }

    static bool Start(ref Lane lane, int number, Vector512<ulong>* state, ReadOnlySpan<Content> contents, ref int next)
    {
        if (next == contents.Length)
            return false;
        lane.Index = next++;
        lane.Unread = contents[lane.Index].Length;
        Feed(ref lane, contents[lane.Index]);
        for (var word = 0; word < 8; word++)
            ((ulong*)(state + word))[number] = Initial[word];
        return true;
    }

    /// <summary>Gives a lane the whole content, or the next piece of it.</summary>
    static void Feed(ref Lane lane, in Content content)
    {
        var start = (byte*)content.Start;
        var length = lane.Unread;
        if (content.Reader is { } reader)
        {
            start = lane.Piece;
            length = Math.Min(length, PieceSize);
            if (reader(new Span<byte>(start, (int)length)) != length)
                throw new EndOfStreamException($"a content is shorter than {content.Length} bytes");
        }
        lane.At = start;
        lane.Left = (int)(length / BlockSize);
        lane.Unread -= length;
        if (lane.Unread > 0)
            return;
        var rest = (int)(length % BlockSize);
        // A one, zeros, and the length in bits as 128-bit number: in one block more, or two.
        lane.TailBlocks = rest < BlockSize - 16 ? 1 : 2;
        var tail = new Span<byte>(lane.Tail, 2 * BlockSize);
        tail.Clear();
        new ReadOnlySpan<byte>(start + length - rest, rest).CopyTo(tail);
        tail[rest] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(tail[(lane.TailBlocks * BlockSize - 8)..], (ulong)content.Length * 8);
        if (lane.Left > 0)
            return;
        lane.At = lane.Tail;
        lane.Left = lane.TailBlocks;
        lane.TailBlocks = 0;
    }

    static ObjectHash Read(Vector512<ulong>* state, int lane)
    {
        Span<byte> hash = stackalloc byte[ObjectHash.Size];
        for (var word = 0; word < 8; word++)
            BinaryPrimitives.WriteUInt64BigEndian(hash[(word * 8)..], ((ulong*)(state + word))[lane]);
        return new ObjectHash(hash);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Compress(Vector512<ulong>* state, byte** blocks)
    {
        var words = stackalloc Vector512<ulong>[16];
        Load(blocks, words);
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        ref var constants = ref MemoryMarshal.GetReference(Constants);
        for (var round = 0; round < Rounds; round++)
        {
            Vector512<ulong> word;
            if (round < 16)
                word = words[round];
            else
            {
                var early = words[(round + 1) & 15];
                var late = words[(round + 14) & 15];
                word = words[round & 15] + words[(round + 9) & 15] +
                    Xor(Avx512F.RotateRight(early, 1), Avx512F.RotateRight(early, 8), early >>> 7) +
                    Xor(Avx512F.RotateRight(late, 19), Avx512F.RotateRight(late, 61), late >>> 6);
                words[round & 15] = word;
            }
            var first = h + Xor(Avx512F.RotateRight(e, 14), Avx512F.RotateRight(e, 18), Avx512F.RotateRight(e, 41)) +
                Avx512F.TernaryLogic(e, f, g, 0xCA) + word + Vector512.Create(Unsafe.Add(ref constants, round));
            var second = Xor(Avx512F.RotateRight(a, 28), Avx512F.RotateRight(a, 34), Avx512F.RotateRight(a, 39)) +
                Avx512F.TernaryLogic(a, b, c, 0xE8);
            (h, g, f, e) = (g, f, e, d + first);
            (d, c, b, a) = (c, b, a, first + second);
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<ulong> Xor(Vector512<ulong> left, Vector512<ulong> middle, Vector512<ulong> right) =>
        Avx512F.TernaryLogic(left, middle, right, 0x96);

    /// <summary>The sixteen words of a block of each lane, word by word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Load(byte** blocks, Vector512<ulong>* words)
    {
        var swap = Vector512.Create((byte)7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8,
            7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8,
            7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8,
            7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
        var rows = stackalloc Vector512<ulong>[Count];
        for (var half = 0; half < 2; half++)
        {
            for (var lane = 0; lane < Count; lane++)
                rows[lane] = Avx512BW.Shuffle(Vector512.Load(blocks[lane] + half * 64), swap).AsUInt64();
            Transpose(rows, words + half * 8);
        }
    }

    // Eight rows of eight: pairs, then quarters, then halves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Transpose(Vector512<ulong>* rows, Vector512<ulong>* columns)
    {
        var (p0, p1) = (Avx512F.UnpackLow(rows[0], rows[1]), Avx512F.UnpackHigh(rows[0], rows[1]));
        var (p2, p3) = (Avx512F.UnpackLow(rows[2], rows[3]), Avx512F.UnpackHigh(rows[2], rows[3]));
        var (p4, p5) = (Avx512F.UnpackLow(rows[4], rows[5]), Avx512F.UnpackHigh(rows[4], rows[5]));
        var (p6, p7) = (Avx512F.UnpackLow(rows[6], rows[7]), Avx512F.UnpackHigh(rows[6], rows[7]));
        var (q0, q1) = (Avx512F.Shuffle4x128(p0, p2, 0x88), Avx512F.Shuffle4x128(p0, p2, 0xDD));
        var (q2, q3) = (Avx512F.Shuffle4x128(p1, p3, 0x88), Avx512F.Shuffle4x128(p1, p3, 0xDD));
        var (q4, q5) = (Avx512F.Shuffle4x128(p4, p6, 0x88), Avx512F.Shuffle4x128(p4, p6, 0xDD));
        var (q6, q7) = (Avx512F.Shuffle4x128(p5, p7, 0x88), Avx512F.Shuffle4x128(p5, p7, 0xDD));
        columns[0] = Avx512F.Shuffle4x128(q0, q4, 0x88);
        columns[4] = Avx512F.Shuffle4x128(q0, q4, 0xDD);
        columns[2] = Avx512F.Shuffle4x128(q1, q5, 0x88);
        columns[6] = Avx512F.Shuffle4x128(q1, q5, 0xDD);
        columns[1] = Avx512F.Shuffle4x128(q2, q6, 0x88);
        columns[5] = Avx512F.Shuffle4x128(q2, q6, 0xDD);
        columns[3] = Avx512F.Shuffle4x128(q3, q7, 0x88);
        columns[7] = Avx512F.Shuffle4x128(q3, q7, 0xDD);
    }

    struct Lane
    {
        public byte* At;
        public byte* Tail;
        public byte* Piece;
        public long Unread;
        public int Left;
        public int TailBlocks;
        public int Index;
    }

    /// <summary>The fractions of the square roots of the first 8 primes.</summary>
    static ReadOnlySpan<ulong> Initial =>
    [
        0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
        0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
    ];

    /// <summary>The fractions of the cube roots of the first 80 primes.</summary>
    static ReadOnlySpan<ulong> Constants =>
    [
        0x428A2F98D728AE22, 0x7137449123EF65CD, 0xB5C0FBCFEC4D3B2F, 0xE9B5DBA58189DBBC,
        0x3956C25BF348B538, 0x59F111F1B605D019, 0x923F82A4AF194F9B, 0xAB1C5ED5DA6D8118,
        0xD807AA98A3030242, 0x12835B0145706FBE, 0x243185BE4EE4B28C, 0x550C7DC3D5FFB4E2,
        0x72BE5D74F27B896F, 0x80DEB1FE3B1696B1, 0x9BDC06A725C71235, 0xC19BF174CF692694,
        0xE49B69C19EF14AD2, 0xEFBE4786384F25E3, 0x0FC19DC68B8CD5B5, 0x240CA1CC77AC9C65,
        0x2DE92C6F592B0275, 0x4A7484AA6EA6E483, 0x5CB0A9DCBD41FBD4, 0x76F988DA831153B5,
        0x983E5152EE66DFAB, 0xA831C66D2DB43210, 0xB00327C898FB213F, 0xBF597FC7BEEF0EE4,
        0xC6E00BF33DA88FC2, 0xD5A79147930AA725, 0x06CA6351E003826F, 0x142929670A0E6E70,
        0x27B70A8546D22FFC, 0x2E1B21385C26C926, 0x4D2C6DFC5AC42AED, 0x53380D139D95B3DF,
        0x650A73548BAF63DE, 0x766A0ABB3C77B2A8, 0x81C2C92E47EDAEE6, 0x92722C851482353B,
        0xA2BFE8A14CF10364, 0xA81A664BBC423001, 0xC24B8B70D0F89791, 0xC76C51A30654BE30,
        0xD192E819D6EF5218, 0xD69906245565A910, 0xF40E35855771202A, 0x106AA07032BBD1B8,
        0x19A4C116B8D2D0C8, 0x1E376C085141AB53, 0x2748774CDF8EEB99, 0x34B0BCB5E19B48A8,
        0x391C0CB3C5C95A63, 0x4ED8AA4AE3418ACB, 0x5B9CCA4F7763E373, 0x682E6FF3D6B2B8A3,
        0x748F82EE5DEFB2FC, 0x78A5636F43172F60, 0x84C87814A1F0AB72, 0x8CC702081A6439EC,
        0x90BEFFFA23631E28, 0xA4506CEBDE82BDE9, 0xBEF9A3F7B2C67915, 0xC67178F2E372532B,
        0xCA273ECEEA26619C, 0xD186B8C721C0C207, 0xEADA7DD6CDE0EB1E, 0xF57D4F7FEE6ED178,
        0x06F067AA72176FBA, 0x0A637DC5A2C898A6, 0x113F9804BEF90DAE, 0x1B710B35131C471B,
        0x28DB77F523047D84, 0x32CAAB7B40C72493, 0x3C9EBE0A15C9BEBC, 0x431D67C49C100D4C,
        0x4CC5D4BECB3E42B6, 0x597F299CFC657E2A, 0x5FCB6FAB3AD6FAEC, 0x6C44198C4A475817,
    ];
}
