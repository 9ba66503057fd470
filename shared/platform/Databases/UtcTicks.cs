using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace MindBridge.Platform.Databases;

/// <summary>A moment as a number that sorts.</summary>
internal sealed class UtcTicks() : ValueConverter<DateTimeOffset, long>(moment => moment.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
